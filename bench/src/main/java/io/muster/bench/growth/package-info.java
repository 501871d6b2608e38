/** How a server's cost grows with its clients, and what that means for a large start. */
@NullMarked
package io.muster.bench.growth;

import org.jspecify.annotations.NullMarked;
