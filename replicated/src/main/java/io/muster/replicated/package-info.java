/**
 * The journal of a store server in a directory, by Apache Ratis. A server finds it as a service, if
 * this module is on the class path and its options have a data directory; there is nothing to call.
 */
@NullMarked
package io.muster.replicated;

import org.jspecify.annotations.NullMarked;
