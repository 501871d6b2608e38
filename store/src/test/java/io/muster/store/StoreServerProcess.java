package io.muster.store;

import io.muster.store.server.StoreServer;
import io.muster.store.server.StoreServerOptions;
import java.io.IOException;

/** A server in a process of its own; it says its port, and ends with its input. */
final class StoreServerProcess {
  private StoreServerProcess() {}

  public static void main(String[] args) throws IOException {
    try (StoreServer server = StoreServer.start(StoreServerOptions.builder().build())) {
      System.out.println("= " + server.port());
      while (System.in.read() >= 0) {
        Thread.onSpinWait();
      }
    }
  }
}
