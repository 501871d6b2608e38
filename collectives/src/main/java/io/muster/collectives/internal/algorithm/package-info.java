/**
 * The collectives, each in a file of its own: who sends what to whom, and in which order. A rank of
 * PyTorch on the other side follows Gloo's algorithms, so these do as well, message by message. All
 * that may differ is how early a receive is posted, which the sender cannot tell from luck; here it
 * is as early as the memory allows, since a message leaves only once its receiver has asked for it.
 *
 * <p>Each call is one run on one thread, blocks until this rank's part is over, and checks nothing:
 * buffers and roots are the caller's to get right.
 */
package io.muster.collectives.internal.algorithm;
