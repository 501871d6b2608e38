package io.muster.store;

import io.muster.store.internal.client.StoreClient;
import io.muster.store.internal.wire.Protocol;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** The workers of a world of fixed size, which the server counts as they join. */
final class Workers {
  private static final byte[] JOIN_COUNTER =
      Protocol.JOIN_COUNTER.getBytes(StandardCharsets.US_ASCII);
  private static final long SHORTEST_ROUND_TRIP_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final Logger LOG = System.getLogger("io.muster.store");

  /** How long the host waits before it warns about workers that have not joined. */
  private static final Duration WARN_AFTER = Duration.ofSeconds(5);

  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final StoreClient client;
  private final int worldSize;

  Workers(StoreClient client, int worldSize) {
    this.client = client;
    this.worldSize = worldSize;
  }

  /** Adds this worker, and returns how many have joined. */
  long join(Duration timeout) throws IOException {
    return add(1, Deadline.after(timeout));
  }

  /**
   * Waits until all workers have joined.
   *
   * @param where the store, as its {@code toString} shows it
   * @param hint why some workers may be unable to join, or an empty string. It is logged as a
   *     warning if they take long, and is part of the exception's message.
   * @throws StoreTimeoutException if workers are still missing after {@code timeout}
   */
  void awaitAll(Duration timeout, String where, String hint)
      throws IOException, InterruptedException {
    Deadline deadline = Deadline.after(timeout);
    Deadline patience = Deadline.after(shorter(WARN_AFTER, timeout.dividedBy(2)));
    boolean warned = hint.isEmpty();
    for (long joined = add(0, deadline); joined < worldSize; joined = add(0, deadline)) {
      if (deadline.hasPassed()) {
        throw StoreTimeoutException.of(
            String.format(
                Locale.ROOT,
                "Timed out after %d seconds waiting for clients. %d/%d clients joined. Timeout on %s after %s%s",
                timeout.toSeconds(),
                joined,
                worldSize,
                where,
                timeout,
                hint.isEmpty() ? "" : ": " + hint),
            timeout);
      }
      if (!warned && patience.hasPassed()) {
        warned = true;
        LOG.log(
            Level.WARNING,
            "{0}: only {1} of {2} workers have joined; {3}",
            where,
            joined,
            worldSize,
            hint);
      }
      TimeUnit.NANOSECONDS.sleep(POLL_NANOS);
    }
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private long add(long workers, Deadline deadline) throws IOException {
    long nanos = Math.max(deadline.remainingNanos(), SHORTEST_ROUND_TRIP_NANOS);
    return client.tryAdd(JOIN_COUNTER, workers, nanos).orElseThrow();
  }
}
