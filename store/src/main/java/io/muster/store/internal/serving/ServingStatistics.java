package io.muster.store.internal.serving;

import io.muster.store.internal.wire.Opcode;
import java.util.Map;

/** The counts of one server at one moment. */
public record ServingStatistics(
    int openConnections,
    long acceptedConnections,
    long refusedConnections,
    long brokenConnections,
    int waits,
    int keys,
    long storedBytes,
    Map<Opcode, Long> requests) {}
