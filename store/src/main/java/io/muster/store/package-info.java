/**
 * The {@link io.muster.store.Store} interface, its implementations, and the exceptions that they
 * throw. The server is in {@link io.muster.store.server}.
 */
package io.muster.store;
