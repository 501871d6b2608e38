/** Keys and certificates for TLS, from files. The stores themselves do not use TLS. */
@NullMarked
package io.muster.store.internal.tls;

import org.jspecify.annotations.NullMarked;
