package io.muster.launcher;

import io.muster.store.server.StoreServer;
import io.muster.store.server.StoreServerOptions;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** The store server of a launch, on the same port for all attempts. */
final class HostedStore implements AutoCloseable {
  private static final Logger LOG = System.getLogger(HostedStore.class.getName());

  private final String address;
  private final Runnable lost;
  private StoreServer server;

  private HostedStore(String address, StoreServer server, Runnable lost) {
    this.address = address;
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
    HostedStore store = new HostedStore(address, serve(address, port), lost);
    store.watch(store.server);
    return store;
  }

  private static StoreServer serve(String address, int port) {
    return StoreServer.start(StoreServerOptions.builder().bind(address).port(port).build());
  }

  int port() {
    return server.port();
  }

  /** Forgets all keys and disconnects all clients. */
  void clear() {
    int port = server.port();
    server.close();
    server = serve(address, port);
    watch(server);
  }

  private void watch(StoreServer watched) {
    Thread thread = new Thread(() -> await(watched), "muster-launcher-store");
    thread.setDaemon(true);
    thread.start();
  }

  private void await(StoreServer watched) {
    try {
      if (!watched.awaitTermination()) {
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
