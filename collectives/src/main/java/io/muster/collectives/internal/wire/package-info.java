/** The bytes of Gloo: what ranks publish in the store and send to each other. No sockets. */
package io.muster.collectives.internal.wire;
