package io.muster.rpc.internal.transport;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/**
 * Limits the messages that are arriving at a worker: how many there may be and how long each may
 * take. Beyond the limit, each connection may have an equal share, so that no client takes all of
 * it. Thread-safe.
 */
final class ArrivalLimits {
  private static final int MIN_ARRIVING = 4096;
  private static final int MIN_RESETS = 10_000;

  private final int maxArriving;
  private final int maxResets;
  private final Duration timeout;
  private final IntSupplier connections;
  private final AtomicInteger arriving = new AtomicInteger();

  /**
   * The limits of one worker.
   *
   * @param maxCalls how many calls the worker admits
   * @param timeout how long a message may take to arrive
   * @param connections how many connections there are now
   */
  ArrivalLimits(int maxCalls, Duration timeout, IntSupplier connections) {
    this.maxArriving = Math.max(MIN_ARRIVING, 2 * maxCalls);
    this.maxResets = Math.max(MIN_RESETS, 2 * maxCalls);
    this.timeout = timeout;
    this.connections = connections;
  }

  Duration timeout() {
    return timeout;
  }

  /** How many calls a client may cancel per connection and time window. */
  int maxResets() {
    return maxResets;
  }

  /**
   * How many calls may be in flight per connection. This is more than the worker admits, so that a
   * nested call never waits until other calls have ended.
   */
  int maxCallsPerConnection() {
    return 2 * maxArriving;
  }

  /**
   * Counts one more arriving message.
   *
   * @param ofConnection how many are arriving on its connection already
   * @return false if the message exceeds the limit and was not counted
   */
  boolean admit(int ofConnection) {
    if (arriving.incrementAndGet() > maxArriving
        && ofConnection >= maxArriving / Math.max(1, connections.getAsInt())) {
      arriving.decrementAndGet();
      return false;
    }
    return true;
  }

  /** Counts one arriving message less. */
  void release() {
    arriving.decrementAndGet();
  }
}
