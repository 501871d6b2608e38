/** What a start of many ranks costs a store's server: simulated with costs that were measured. */
@NullMarked
package io.muster.bench.scale;

import org.jspecify.annotations.NullMarked;
