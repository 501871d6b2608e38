package io.muster.store.server;

import io.muster.store.Store;
import io.muster.store.TcpStore;
import java.time.Duration;

/** A client that connects, says so, and waits for a key that nobody sets. */
final class WaiterProcess {
  private WaiterProcess() {}

  /**
   * Runs it.
   *
   * @param args the host and the port
   */
  public static void main(String[] args) {
    try (Store store = TcpStore.connect(args[0], Integer.parseInt(args[1]))) {
      System.out.println("= connected to a store of " + store.numKeys() + " keys");
      store.await(Duration.ofMinutes(5), "never");
    }
  }
}
