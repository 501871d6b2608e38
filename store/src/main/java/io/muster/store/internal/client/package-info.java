/**
 * The client's side of a TCP store: connecting, the primary connection for all that is answered at
 * once, and side connections for waits. Everything here throws {@link java.io.IOException}; whoever
 * calls it knows what the user asked and says so.
 */
package io.muster.store.internal.client;
