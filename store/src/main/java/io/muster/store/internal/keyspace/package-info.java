/**
 * The contents of a store and its waiters: keys, counters, queues, waits and barriers. The package
 * has no threads, sockets, clocks or wire formats. The owner of an object calls it from one thread
 * at a time.
 */
package io.muster.store.internal.keyspace;
