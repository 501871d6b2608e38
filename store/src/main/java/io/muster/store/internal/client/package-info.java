/**
 * The client of a TCP store: the connector, the primary connection for requests that the server
 * answers at once, and side connections for waits. The classes throw {@link java.io.IOException};
 * their caller knows the user's operation and names it in the exception it throws.
 */
package io.muster.store.internal.client;
