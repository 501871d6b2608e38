package io.muster.collectives.internal.mesh;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** The calls of the network that a mesh makes. Tests override them to inject failures. */
class Sockets {
  /** The next connection, or null if there is none. */
  SocketChannel accept(ServerSocketChannel server) throws IOException {
    return server.accept();
  }

  /** What to read from and write to, for a connection that is registered with the selector. */
  SocketChannel open(SocketChannel connection) {
    return connection;
  }
}
