/** Collectives of PyTorch's Gloo and of Muster, timed in turn. */
@NullMarked
package io.muster.bench.collectives;

import org.jspecify.annotations.NullMarked;
