package io.muster.launcher;

import io.muster.store.server.StoreJob;
import io.muster.store.server.StoreServer;
import io.muster.store.server.StoreServerOptions;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** The store server of a launch, on the same port for all attempts. */
final class HostedStore implements AutoCloseable {
  private static final Logger LOG = System.getLogger(HostedStore.class.getName());

  private final StoreServer server;
  private final Runnable lost;

  private HostedStore(StoreServer server, Runnable lost) {
    this.server = server;
    this.lost = lost;
  }

  /**
   * Starts a server.
   *
   * @param lost called on a thread of this if the server stops by itself
   * @throws io.muster.store.NetworkException if it cannot listen
   */
  static HostedStore start(String address, int port, Runnable lost) {
    HostedStore store =
        new HostedStore(
            StoreServer.start(StoreServerOptions.builder().bind(address).port(port).build()), lost);
    Thread thread = new Thread(store::watch, "muster-launcher-store");
    thread.setDaemon(true);
    thread.start();
    return store;
  }

  int port() {
    return server.port();
  }

  /** Deletes all keys and disconnects all clients. The port stays bound meanwhile. */
  void clear() {
    server.jobs().forEach(StoreJob::reset);
  }

  private void watch() {
    try {
      if (!server.awaitTermination()) {
        lost.run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Throwable e) {
      LOG.log(Level.ERROR, "the store server is no longer watched", e);
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
