package io.muster.store.server;

import io.muster.store.internal.serving.ServingStatistics;
import java.util.HashMap;
import java.util.Map;

/**
 * The counts of one job of a server at one moment.
 *
 * @param openConnections current connections
 * @param acceptedConnections connections accepted since the start
 * @param refusedConnections connections closed when they were accepted, because {@link
 *     StoreServerOptions#maxConnections} were open or there was no memory for more
 * @param brokenConnections connections that the server has closed because a request was invalid or
 *     exceeded a limit, because others needed the memory that the client held, or because of an
 *     error of the server
 * @param waits current waits, watches and barrier arrivals of clients
 * @param keys keys that have a value
 * @param storedBytes bytes of keys, values and queued items
 * @param requests requests served since the start, by opcode in capitals; opcodes without requests
 *     are left out
 */
public record StoreServerStatistics(
    int openConnections,
    long acceptedConnections,
    long refusedConnections,
    long brokenConnections,
    int waits,
    int keys,
    long storedBytes,
    Map<String, Long> requests) {
  static StoreServerStatistics of(ServingStatistics counts) {
    Map<String, Long> requests = new HashMap<>();
    counts.requests().forEach((opcode, served) -> requests.put(opcode.name(), served));
    return new StoreServerStatistics(
        counts.openConnections(),
        counts.acceptedConnections(),
        counts.refusedConnections(),
        counts.brokenConnections(),
        counts.waits(),
        counts.keys(),
        counts.storedBytes(),
        requests);
  }

  /** Statistics with an unmodifiable copy of {@code requests}. */
  public StoreServerStatistics {
    requests = Map.copyOf(requests);
  }
}
