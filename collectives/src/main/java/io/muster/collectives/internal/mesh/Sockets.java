package io.muster.collectives.internal.mesh;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** The socket calls of a mesh. Tests override them to inject failures. */
class Sockets {
  /** Accepts the next connection; returns null if there is none. */
  SocketChannel accept(ServerSocketChannel server) throws IOException {
    return server.accept();
  }

  /** The channel to read from and write to, in place of a connection of the selector. */
  SocketChannel open(SocketChannel connection) {
    return connection;
  }
}
