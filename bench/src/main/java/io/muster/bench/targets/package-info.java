/** What the figures ought to be. */
@NullMarked
package io.muster.bench.targets;

import org.jspecify.annotations.NullMarked;
