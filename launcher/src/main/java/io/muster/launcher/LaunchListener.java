package io.muster.launcher;

/**
 * Follows a launch. The methods do nothing by default. They are called one at a time, by a thread
 * that supervises the workers, and therefore must not block. What they throw is logged.
 */
public interface LaunchListener {
  /** A worker was started. */
  default void started(WorkerInfo worker) {}

  /** A worker has ended. */
  default void exited(WorkerExit exit) {}

  /**
   * All workers of an attempt have ended because of a failure, and are about to be started again.
   *
   * @param attempt how often the world has been restarted, with this time
   */
  default void restarting(int attempt, WorkerExit failure) {}

  /** All workers have ended. It is the last call. */
  default void finished(LaunchResult result) {}
}
