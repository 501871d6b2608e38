/** Measurements of single classes by JMH. */
@NullMarked
package io.muster.bench.jmh;

import org.jspecify.annotations.NullMarked;
