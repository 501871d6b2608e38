package io.muster.store.server;

/** How a server does its input and output. Clients cannot tell the two apart. */
public enum ServerBackend {
  /** One thread that does everything, without blocking: the default, and the faster. */
  EVENT_LOOP,

  /** Plain sockets and a thread a connection, virtual ones from JDK 21 on. */
  THREADED
}
