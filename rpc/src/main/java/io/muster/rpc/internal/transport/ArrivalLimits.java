package io.muster.rpc.internal.transport;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/**
 * How many messages of calls may be on their way to a worker, and for how long. If there are too
 * many, each connection may have its share of them, so that none takes it all. Thread-safe.
 */
final class ArrivalLimits {
  private static final int LEAST = 4096;
  private static final int LEAST_RESETS = 10_000;

  private final int most;
  private final int resets;
  private final Duration timeout;
  private final IntSupplier connections;
  private final AtomicInteger arriving = new AtomicInteger();

  /**
   * Limits of a worker.
   *
   * @param places how many calls the worker admits
   * @param timeout how long a message may take to arrive
   * @param connections how many there are
   */
  ArrivalLimits(int places, Duration timeout, IntSupplier connections) {
    this.most = Math.max(LEAST, 2 * places);
    this.resets = Math.max(LEAST_RESETS, 2 * places);
    this.timeout = timeout;
    this.connections = connections;
  }

  Duration timeout() {
    return timeout;
  }

  /** How many calls may be called off on a connection within ten seconds. */
  int resets() {
    return resets;
  }

  /**
   * How many calls a connection may have under way: more than the worker admits, so that those made
   * inside of others never wait for others to end.
   */
  int perConnection() {
    return 2 * most;
  }

  /** One more on a connection that has so many; false if those are too many. */
  boolean admits(int there) {
    if (arriving.incrementAndGet() > most && there >= most / Math.max(1, connections.getAsInt())) {
      arriving.decrementAndGet();
      return false;
    }
    return true;
  }

  void leaves() {
    arriving.decrementAndGet();
  }
}
