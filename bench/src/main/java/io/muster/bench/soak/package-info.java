/** Good and bad clients that use a server for a long time. */
@NullMarked
package io.muster.bench.soak;

import org.jspecify.annotations.NullMarked;
