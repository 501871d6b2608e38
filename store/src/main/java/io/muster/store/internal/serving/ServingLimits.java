package io.muster.store.internal.serving;

import io.muster.store.internal.wire.WireLimits;

/**
 * What a server takes on.
 *
 * @param wire what one request may hold
 * @param connections how many clients may be connected at once
 * @param storedBytes how many bytes of keys, values and queued items are kept, whatever memory
 *     there is
 * @param heapBytes how many bytes of the heap are shared out to what clients make the server hold
 */
public record ServingLimits(WireLimits wire, int connections, long storedBytes, long heapBytes) {}
