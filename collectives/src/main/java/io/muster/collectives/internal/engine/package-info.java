/**
 * The implementation of process groups. {@link io.muster.collectives.internal.engine.JoinedWorld}
 * connects a group. Each call of a collective becomes a {@code Collective}, which runs as an {@code
 * Operation} on the caller's thread or a thread of the group. The public types that this package
 * uses are interfaces, values, and exceptions.
 */
package io.muster.collectives.internal.engine;
