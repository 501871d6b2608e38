package io.muster.rpc.internal.transport;

import java.time.Duration;

/**
 * The configuration of the connections between workers, for both ends.
 *
 * @param maxMessageBytes the largest message; larger ones are refused before they are read
 * @param keepAlive how long a connection may be silent before the other end is probed
 * @param keepAliveTimeout how long the other end may take to answer a probe
 * @param arrivalTimeout how long the message of a call may take to arrive
 * @param security how connections are secured
 */
public record TransportConfig(
    int maxMessageBytes,
    Duration keepAlive,
    Duration keepAliveTimeout,
    Duration arrivalTimeout,
    Security security) {}
