package io.muster.store.internal.serving;

import io.muster.store.internal.wire.WireLimits;

/**
 * The limits of a server.
 *
 * @param wire the limits of one request
 * @param connections the most connections
 * @param storedBytes the most bytes of keys, values and queued items, whatever the heap
 * @param heapBytes the heap bytes that the budgets of {@link ServerMemory} divide
 */
public record ServingLimits(WireLimits wire, int connections, long storedBytes, long heapBytes) {}
