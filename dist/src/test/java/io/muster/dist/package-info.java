/** Tests of the distribution as it is unpacked. */
@NullMarked
package io.muster.dist;

import org.jspecify.annotations.NullMarked;
