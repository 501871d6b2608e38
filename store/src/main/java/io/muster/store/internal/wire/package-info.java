/**
 * PyTorch's TCPStore wire protocol: opcodes, limits, and the codecs of requests and replies. The
 * package knows neither sockets nor the meaning of a request, so that every codec can be tested
 * byte by byte. All integers are little-endian.
 */
package io.muster.store.internal.wire;
