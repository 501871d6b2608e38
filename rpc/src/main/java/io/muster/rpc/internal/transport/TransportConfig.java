package io.muster.rpc.internal.transport;

import java.time.Duration;

/**
 * The configuration of the connections between workers, for both ends.
 *
 * @param maxMessageBytes how large a message may be; larger ones are refused before they are read
 * @param keepAlive how long a connection may be silent before the other side has to show that it is
 *     there
 * @param keepAliveTimeout how long that may take
 * @param arrivalTimeout how long the message of a call may take to arrive
 * @param tls how connections are secured
 */
public record TransportConfig(
    int maxMessageBytes,
    Duration keepAlive,
    Duration keepAliveTimeout,
    Duration arrivalTimeout,
    Security tls) {}
