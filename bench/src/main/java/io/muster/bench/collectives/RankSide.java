package io.muster.bench.collectives;

/** A rank of a process group, of whichever implementation, that repeats collectives. */
interface RankSide extends AutoCloseable {
  /** What is timed. */
  enum Collective {
    ALL_REDUCE,
    BROADCAST,
    ALL_GATHER
  }

  /** Waits for all other ranks. */
  void barrier();

  /**
   * Prepares a collective of {@code bytes} bytes of floats, to be run repeatedly. For an all-gather
   * {@code bytes} is the size of the output; the root of a broadcast is rank 0.
   */
  Runnable prepare(Collective collective, int bytes);

  @Override
  void close();
}
