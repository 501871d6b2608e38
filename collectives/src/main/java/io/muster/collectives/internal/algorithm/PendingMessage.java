package io.muster.collectives.internal.algorithm;

/** A message that was posted. */
public interface PendingMessage {
  /** Waits until the message was handed to the network, or has arrived. */
  void await();

  /** How many bytes were sent or have arrived; to be asked after {@link #await}. */
  int length();
}
