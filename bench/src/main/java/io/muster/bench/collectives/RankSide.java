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
   * Something to repeat: a collective of {@code bytes} of floats. An all-gather has so many in its
   * output, and a broadcast comes from rank 0.
   */
  Runnable prepare(Collective collective, int bytes);

  @Override
  void close();
}
