package io.muster.rpc.internal.engine;

import io.muster.rpc.internal.wire.Request;

/**
 * A request and the function that it calls.
 *
 * @param deadlineNanos when the caller gives up, on the clock of {@link System#nanoTime}; {@link
 *     Long#MAX_VALUE} for never
 */
record Invocation(Request request, Functions.Callee callee, long deadlineNanos) {}
