package io.muster.store.server;

import java.util.Map;

/**
 * The counts of a server at one moment.
 *
 * @param openConnections current connections
 * @param acceptedConnections connections accepted since the start
 * @param refusedConnections connections closed because {@link StoreServerOptions#maxConnections}
 *     were open
 * @param brokenConnections connections closed because of what the client sent
 * @param waits current waits and barrier arrivals of clients
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
  /** Statistics with an unmodifiable copy of {@code requests}. */
  public StoreServerStatistics {
    requests = Map.copyOf(requests);
  }
}
