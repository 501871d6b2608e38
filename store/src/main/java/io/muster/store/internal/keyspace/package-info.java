/**
 * What a store holds and who waits for it: keys, counters, queues, waits and barriers. Nothing here
 * has a thread, a socket, a clock or a byte of the wire; whoever owns an object of this package
 * calls it from one thread at a time.
 */
package io.muster.store.internal.keyspace;
