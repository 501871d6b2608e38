/** Measurements: of single parts with JMH, and of whole stores beside PyTorch's. */
@NullMarked
package io.muster.bench;

import org.jspecify.annotations.NullMarked;
