package io.muster.launcher.internal.nodes;

import io.muster.store.HashStore;
import io.muster.store.NetworkException;
import io.muster.store.PrefixStore;
import io.muster.store.Store;
import io.muster.store.StoreTimeoutException;
import io.muster.store.TcpStore;
import io.muster.store.TcpStoreOptions;
import io.muster.store.server.JobOptions;
import io.muster.store.server.StoreServer;
import io.muster.store.server.StoreServerOptions;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The store of a run, on the same port for all attempts. This process hosts it, or finds it at its
 * endpoint.
 *
 * <p>Workers meet there. The nodes agree in a store of their own, which survives when the workers'
 * is emptied: a second job of the server if a node hosts it. A server that was there before has one
 * store only, so the nodes' keys have a prefix there.
 *
 * <p>A node that does not host cannot know whether another one does. The key {@code store} at the
 * endpoint says where the nodes' store is. A hosting node sets it as soon as it listens; if nobody
 * does for a moment, it is set to {@link #HERE}. The first to set it decides, so all agree.
 */
public final class RunStore implements AutoCloseable {
  private static final Logger LOG = System.getLogger(RunStore.class.getName());
  private static final String PREFIX = "muster.run/";
  private static final String HERE = "here";
  private static final Duration HOST_PATIENCE = Duration.ofSeconds(2);

  private final String host;
  private final int port;
  private final @Nullable StoreServer server;

  /** The key with the place of the nodes' store, and its value; set by {@link #connect}. */
  private volatile String placeKey = "";

  private volatile String place = HERE;

  /** Whether the keys of the nodes are not among those of the workers. */
  private volatile boolean separate;

  private RunStore(String host, int port, @Nullable StoreServer server) {
    this.host = host;
    this.port = port;
    this.server = server;
  }

  /**
   * Starts a server at an endpoint.
   *
   * @param host the address to listen at
   * @param lost called on a thread of this if the server stops by itself
   * @throws NetworkException if it cannot listen
   */
  public static RunStore host(String host, int port, Runnable lost) {
    StoreServer server =
        StoreServer.start(StoreServerOptions.builder().bind(host).port(port).build());
    RunStore store = new RunStore(host, server.port(), server);
    Thread thread = new Thread(() -> watch(server, lost), "muster-launcher-store");
    thread.setDaemon(true);
    thread.start();
    return store;
  }

  /** A store that another process hosts. */
  public static RunStore find(String host, int port) {
    return new RunStore(host, port, null);
  }

  private static void watch(StoreServer server, Runnable lost) {
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

  /** The port on which workers connect. */
  public int port() {
    return port;
  }

  /** Whether this process hosts it. */
  public boolean isHosted() {
    return server != null;
  }

  /**
   * Connects to the store in which the nodes agree.
   *
   * @param timeout how long connecting may take
   * @param patience how long a call may take afterwards
   * @throws JoinException if the store cannot be reached within the timeout
   */
  Store connect(String runId, int nodes, Duration timeout, Duration patience) throws JoinException {
    if (server != null && nodes == 1) {
      separate = true;
      return new HashStore();
    }
    placeKey = PREFIX + runId + "/store";
    TcpStore endpoint = connect(port, timeout);
    Store agreed = endpoint;
    boolean done = false;
    try {
      endpoint.setTimeout(patience);
      place = agreePlace(endpoint, server);
      separate = !place.equals(HERE);
      if (separate) {
        TcpStore own = connect(Integer.parseInt(place), timeout);
        own.setTimeout(patience);
        endpoint.close();
        agreed = own;
      }
      done = true;
      return new PrefixStore(PREFIX + runId, agreed);
    } finally {
      if (!done) {
        endpoint.close();
      }
    }
  }

  private String agreePlace(TcpStore endpoint, @Nullable StoreServer hosted) {
    if (hosted != null) {
      return endpoint.compareSet(
          placeKey, "", Integer.toString(hosted.createJob(JobOptions.of("nodes")).port()));
    }
    try {
      endpoint.await(HOST_PATIENCE, placeKey);
      return endpoint.getString(placeKey);
    } catch (StoreTimeoutException e) {
      return endpoint.compareSet(placeKey, "", HERE);
    }
  }

  private TcpStore connect(int toPort, Duration timeout) throws JoinException {
    try {
      return TcpStore.connect(
          reachableHost(), toPort, TcpStoreOptions.builder().timeout(timeout).build());
    } catch (NetworkException e) {
      throw JoinException.timeout(
          "joining the other nodes failed: "
              + e.getMessage()
              + "; expected the node that hosts the store to be reachable there");
    }
  }

  /** The address by which this process reaches the server. */
  private String reachableHost() {
    if (server == null) {
      return host;
    }
    InetAddress bound = server.addresses().get(0).getAddress();
    return (bound.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : bound).getHostAddress();
  }

  /** Why other hosts cannot reach the store that this process hosts; empty if they can. */
  String whatKeepsOthersAway() {
    if (server == null) {
      return "";
    }
    List<InetSocketAddress> addresses = server.addresses();
    return addresses.stream().allMatch(one -> one.getAddress().isLoopbackAddress())
        ? "; the store listens on loopback only, at " + addresses + ", for nodes on this host"
        : "";
  }

  /**
   * Deletes the keys of the workers. The port stays bound. If this process hosts the store, all its
   * clients are disconnected. Blocks.
   */
  void clear() {
    if (server != null && separate) {
      server.jobs().get(0).reset();
      if (placeKey.isEmpty()) {
        return;
      }
    }
    try (TcpStore store = TcpStore.connect(reachableHost(), port)) {
      if (separate) {
        // For a node that should not be there, so that it learns it.
        store.set(placeKey, place);
        return;
      }
      for (String key : store.listKeys()) {
        if (!key.startsWith(PREFIX)) {
          boolean unused = store.deleteKey(key);
        }
      }
    }
  }

  /** Deletes what the nodes have written, if the store outlives the run. Blocks. */
  void forget(Store nodes) {
    if (server == null) {
      nodes.listKeys().forEach(nodes::deleteKey);
    }
  }

  @Override
  public void close() {
    if (server != null) {
      server.close();
    }
  }
}
