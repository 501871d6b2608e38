package io.muster.testing;

import io.muster.collectives.Distributed;
import io.muster.collectives.ProcessGroup;
import java.time.Duration;

/**
 * Runs code as several ranks, as {@link World} does, for a part of a test or a computed number of
 * ranks.
 */
public final class Ranks {
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

  private Ranks() {}

  /** The code that each rank runs. */
  @FunctionalInterface
  public interface Body {
    /**
     * Runs as one rank, on a thread of its own.
     *
     * @param group the default group of the rank
     * @throws Exception if the rank fails
     */
    void run(ProcessGroup group) throws Exception;
  }

  /** Calls {@link #run(int, Duration, Body)} with a timeout of 30 seconds. */
  public static void run(int size, Body body) {
    run(size, DEFAULT_TIMEOUT, body);
  }

  /**
   * Runs {@code body} as each rank of a world, each on a thread of its own, and blocks until all
   * ranks have ended.
   *
   * @param timeout the time that all ranks have together
   * @throws AssertionError if a rank throws or is not done within the timeout; the message names
   *     the first such rank
   * @throws org.opentest4j.TestAbortedException if the first rank to throw throws one, as a failed
   *     assumption does
   * @throws IllegalArgumentException if the size is not positive or the timeout is negative
   */
  public static void run(int size, Duration timeout, Body body) {
    new LocalWorld(
            size,
            timeout,
            true,
            LocalWorld.GRACE_PERIOD,
            (rank, store) -> body.run(Distributed.defaultGroup()))
        .run();
  }
}
