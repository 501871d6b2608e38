/** Muster against the real PyTorch. */
@NullMarked
package io.muster.interop;

import org.jspecify.annotations.NullMarked;
