/**
 * Serving a keyspace to clients: what one client may ask and when it hears back, and the two
 * transports that carry the bytes.
 */
package io.muster.store.internal.serving;
