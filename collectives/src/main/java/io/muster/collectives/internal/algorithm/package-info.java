/**
 * The algorithms of the collectives, one per file: which rank sends what to which rank, in which
 * order. They are Gloo's algorithms, message by message, because ranks of PyTorch in the same group
 * run those. Only the time at which a receive is posted may differ, because the sender cannot
 * observe it. Here a receive is posted as early as memory allows, because its message is not sent
 * before that.
 *
 * <p>Each {@code run} method runs on the calling thread and blocks until this rank's part is done.
 * It does not check its arguments.
 */
package io.muster.collectives.internal.algorithm;
