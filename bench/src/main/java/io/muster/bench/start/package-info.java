/** How long servers take to start. */
@NullMarked
package io.muster.bench.start;

import org.jspecify.annotations.NullMarked;
