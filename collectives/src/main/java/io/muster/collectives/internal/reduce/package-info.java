/**
 * Operators: what makes one element of two, and averages of sums. Bytes in direct buffers in,
 * PyTorch's bits out; nothing here knows of ranks or of a network.
 */
package io.muster.collectives.internal.reduce;
