/**
 * The {@link io.muster.store.Store} contract, the stores that keep it, and the exceptions they
 * throw: all that a user of a store imports. The server is in {@link io.muster.store.server}.
 */
package io.muster.store;
