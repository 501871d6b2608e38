/**
 * The operators of reductions, on direct buffers. Results are bit-identical to PyTorch's. Knows
 * neither ranks nor connections.
 */
package io.muster.collectives.internal.reduce;
