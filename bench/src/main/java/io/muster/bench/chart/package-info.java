/** Pictures of figures: SVG that reads on white and on dark pages. */
@NullMarked
package io.muster.bench.chart;

import org.jspecify.annotations.NullMarked;
