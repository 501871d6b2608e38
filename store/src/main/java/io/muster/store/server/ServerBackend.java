package io.muster.store.server;

/** How a server does its I/O. Clients cannot tell the backends apart. */
public enum ServerBackend {
  /**
   * One thread accepts connections, reads, serves and writes without blocking. The default, and the
   * faster one. It corresponds to PyTorch's libuv backend.
   */
  EVENT_LOOP,

  /**
   * Blocking sockets with one thread per connection; virtual threads from JDK 21 on. It corresponds
   * to PyTorch's legacy backend.
   */
  THREADED
}
