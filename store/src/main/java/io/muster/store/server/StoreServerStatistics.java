package io.muster.store.server;

import java.util.Map;

/**
 * The counts of a server at one moment.
 *
 * @param openConnections clients connected now
 * @param acceptedConnections clients taken on since the start
 * @param refusedConnections clients turned away because {@link StoreServerOptions#maxConnections}
 *     were connected
 * @param brokenConnections clients disconnected for what they sent
 * @param waits waits and barriers that clients are in now
 * @param keys keys that have a value
 * @param storedBytes bytes of keys, values and queued items
 * @param requests requests served since the start, by name in capitals, those never served left out
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
