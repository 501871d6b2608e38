/** Socket options that the server and the client share. */
@NullMarked
package io.muster.store.internal.socket;

import org.jspecify.annotations.NullMarked;
