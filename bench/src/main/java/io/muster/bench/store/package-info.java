/** Stores of PyTorch and of Muster, and of two builds of Muster, timed in turn. */
@NullMarked
package io.muster.bench.store;

import org.jspecify.annotations.NullMarked;
