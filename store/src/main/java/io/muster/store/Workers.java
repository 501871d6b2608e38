package io.muster.store;

import io.muster.store.internal.client.StoreClient;
import io.muster.store.internal.wire.Protocol;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The workers of a fixed world, which the server counts as they join. */
final class Workers {
  private static final byte[] JOIN_COUNTER =
      Protocol.JOIN_COUNTER.getBytes(StandardCharsets.US_ASCII);
  private static final long SHORTEST_ROUND_TRIP_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final StoreClient client;
  private final int worldSize;

  Workers(StoreClient client, int worldSize) {
    this.client = client;
    this.worldSize = worldSize;
  }

  /** Counts one more; returns how many have joined. */
  long join(Duration timeout) throws IOException {
    return add(1, Deadline.after(timeout));
  }

  /**
   * Returns once all have joined.
   *
   * @param where the store, as it shows itself
   * @throws StoreTimeoutException if that takes longer than {@code timeout}
   */
  void awaitAll(Duration timeout, String where) throws IOException, InterruptedException {
    Deadline deadline = Deadline.after(timeout);
    for (long joined = add(0, deadline); joined < worldSize; joined = add(0, deadline)) {
      if (deadline.hasPassed()) {
        throw StoreTimeoutException.of(
            "Timed out after %d seconds waiting for clients. %d/%d clients joined. Timeout on %s after %s"
                .formatted(timeout.toSeconds(), joined, worldSize, where, timeout),
            timeout);
      }
      TimeUnit.NANOSECONDS.sleep(POLL_NANOS);
    }
  }

  private long add(long workers, Deadline deadline) throws IOException {
    long nanos = Math.max(deadline.remainingNanos(), SHORTEST_ROUND_TRIP_NANOS);
    return client.tryAdd(JOIN_COUNTER, workers, nanos).orElseThrow();
  }
}
