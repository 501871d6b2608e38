package io.muster.collectives.internal.algorithm;

/** A send or receive that an algorithm has posted. */
public interface Message {
  /** Blocks until the bytes have been handed to the operating system, or have arrived. */
  void await();

  /** The number of bytes sent or received; defined after {@link #await} has returned. */
  int length();
}
