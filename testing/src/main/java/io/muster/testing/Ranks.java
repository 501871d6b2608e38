package io.muster.testing;

import io.muster.collectives.Distributed;
import io.muster.collectives.ProcessGroup;
import java.time.Duration;

/** What {@link World} does, for a part of a test, or where the number of ranks is computed. */
public final class Ranks {
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

  private Ranks() {}

  /** What each rank does. */
  @FunctionalInterface
  public interface Body {
    /**
     * Runs as one rank.
     *
     * @param group the default group of the rank
     * @throws Exception to fail
     */
    void run(ProcessGroup group) throws Exception;
  }

  /** {@link #run(int, Duration, Body)} with a timeout of 30 seconds. */
  public static void run(int size, Body body) {
    run(size, DEFAULT_TIMEOUT, body);
  }

  /**
   * Runs something as each rank of a world, each on a thread of its own, and returns when all have
   * ended.
   *
   * @param timeout how long all ranks may take together
   * @throws AssertionError if a rank throws, or is not done in time; the message names the first
   * @throws IllegalArgumentException if the size is not positive, or the timeout negative
   */
  public static void run(int size, Duration timeout, Body body) {
    new LocalWorld(
            size,
            timeout,
            true,
            LocalWorld.ENDING,
            (rank, store) -> body.run(Distributed.defaultGroup()))
        .run();
  }
}
