/** Calls of Muster's workers and of plain gRPC, timed in turn. */
@NullMarked
package io.muster.bench.rpc;

import org.jspecify.annotations.NullMarked;
