/**
 * PyTorch's TCPStore wire: opcodes, limits, and the codecs of requests and replies. Nothing here
 * knows of a socket or of what a request means; every codec can be tested byte by byte. All
 * integers are little-endian.
 */
package io.muster.store.internal.wire;
