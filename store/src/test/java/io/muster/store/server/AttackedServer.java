package io.muster.store.server;

import java.io.IOException;

/** A server in a process of its own, as a child of a test. */
final class AttackedServer {
  private AttackedServer() {}

  /** Serves on the backend of this name until its input ends. */
  public static void main(String[] args) throws IOException {
    try (StoreServer server =
        StoreServer.start(
            StoreServerOptions.builder().backend(ServerBackend.valueOf(args[0])).build())) {
      System.out.println("= " + server.port());
      while (System.in.read() >= 0) {
        StoreServerStatistics counts = server.statistics();
        System.out.println("= " + counts.openConnections());
      }
    }
  }
}
