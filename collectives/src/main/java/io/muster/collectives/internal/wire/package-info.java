/**
 * Gloo's wire format: the values that ranks publish in the store, and the messages between them.
 * Has no sockets.
 */
package io.muster.collectives.internal.wire;
