/** What many clients do to a server. */
@NullMarked
package io.muster.bench.crowd;

import org.jspecify.annotations.NullMarked;
