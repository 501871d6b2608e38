/** What all benchmarks share: options, the runner of several sides, results, pages and charts. */
@NullMarked
package io.muster.bench;

import org.jspecify.annotations.NullMarked;
