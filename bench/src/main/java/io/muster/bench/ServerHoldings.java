package io.muster.bench;

import io.muster.store.server.StoreServer;
import io.muster.store.server.StoreServerStatistics;
import java.util.Arrays;

/**
 * What a server holds at a moment.
 *
 * @param connections clients that are connected
 * @param waits clients that wait
 * @param keys keys that have a value
 * @param storedBytes bytes of keys, values and queued items
 * @param heapBytes bytes of the heap in use, including unreachable objects
 */
public record ServerHoldings(
    long connections, long waits, long keys, long storedBytes, long heapBytes) {
  public static ServerHoldings of(StoreServer server) {
    StoreServerStatistics now = server.statistics();
    Runtime runtime = Runtime.getRuntime();
    return new ServerHoldings(
        now.openConnections(),
        now.waits(),
        now.keys(),
        now.storedBytes(),
        runtime.totalMemory() - runtime.freeMemory());
  }

  public static ServerHoldings parse(String text) {
    long[] counts = Arrays.stream(text.split(" ", -1)).mapToLong(Long::parseLong).toArray();
    return new ServerHoldings(counts[0], counts[1], counts[2], counts[3], counts[4]);
  }

  /** What {@link #parse} reads. */
  @Override
  public String toString() {
    return connections + " " + waits + " " + keys + " " + storedBytes + " " + heapBytes;
  }
}
