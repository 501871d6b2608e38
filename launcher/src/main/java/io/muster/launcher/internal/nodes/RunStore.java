package io.muster.launcher.internal.nodes;

import io.muster.store.HashStore;
import io.muster.store.NetworkException;
import io.muster.store.PrefixStore;
import io.muster.store.Store;
import io.muster.store.StoreTimeoutException;
import io.muster.store.TcpStore;
import io.muster.store.TcpStoreOptions;
import io.muster.store.server.JobOptions;
import io.muster.store.server.StoreJob;
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
 * The store of a run, on the same port for all attempts. This process hosts it, or another process
 * does.
 *
 * <p>Workers meet there. The nodes agree in a store of their own, which survives when the workers'
 * is emptied: a second job of the server if a node hosts it. A server that was there before has one
 * store only, so the nodes' keys have a prefix there.
 *
 * <p>A node that does not host cannot know whether another one does. The key {@code store} at the
 * endpoint has the port of the nodes' store. A hosting node sets the key when it connects. If the
 * key is missing after {@link #HOST_PATIENCE}, another node sets it to {@link #HERE}: the nodes'
 * keys are at the endpoint itself. The first value counts, so all agree.
 */
public final class RunStore implements AutoCloseable {
  private static final Logger LOG = System.getLogger(RunStore.class.getName());
  private static final String PREFIX = "muster.run/";
  private static final String HERE = "here";
  private static final Duration HOST_PATIENCE = Duration.ofSeconds(2);

  /** The minimum time for the second connection. */
  private static final Duration MIN_PATIENCE = Duration.ofSeconds(1);

  private final String host;
  private final int port;
  private final @Nullable StoreServer server;
  private final String whyNotHosted;

  /** The key with the port of the nodes' store, and its value; set by {@link #connect}. */
  private volatile String agreementPortKey = "";

  private volatile String agreementPort = HERE;

  /** Whether the keys of the nodes are not among those of the workers. */
  private volatile boolean separate;

  private RunStore(String host, int port, @Nullable StoreServer server, String whyNotHosted) {
    this.host = host;
    this.port = port;
    this.server = server;
    this.whyNotHosted = whyNotHosted;
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
    RunStore store = new RunStore(host, server.port(), server, "");
    Thread thread = new Thread(() -> watch(server, lost), "muster-launcher-store");
    thread.setDaemon(true);
    thread.start();
    return store;
  }

  /**
   * A store that another process hosts.
   *
   * @param whyNotHosted why this process does not, for messages; may be empty
   */
  public static RunStore at(String host, int port, String whyNotHosted) {
    return new RunStore(host, port, null, whyNotHosted);
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
    agreementPortKey = PREFIX + runId + "/store";
    long start = System.nanoTime();
    String reason = whyNotHosted.isEmpty() ? "" : "; this node does not host it: " + whyNotHosted;
    TcpStore endpoint =
        connect(port, timeout, "the node that hosts the store to be reachable there" + reason);
    Store agreed = endpoint;
    boolean done = false;
    try {
      endpoint.setTimeout(patience);
      agreementPort = agreeOnPort(endpoint, server);
      separate = !agreementPort.equals(HERE);
      if (separate) {
        Duration left = timeout.minusNanos(System.nanoTime() - start);
        TcpStore own =
            connect(
                Integer.parseInt(agreementPort),
                left.compareTo(MIN_PATIENCE) < 0 ? MIN_PATIENCE : left,
                "the port on which the nodes agree to be reachable like that of the store, "
                    + port);
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

  private String agreeOnPort(TcpStore endpoint, @Nullable StoreServer hosted) {
    if (hosted != null) {
      StoreJob job = hosted.createJob(JobOptions.of("nodes"));
      String own = Integer.toString(job.port());
      String agreed = endpoint.compareSet(agreementPortKey, "", own);
      if (!agreed.equals(own)) {
        job.remove();
      }
      return agreed;
    }
    try {
      endpoint.await(HOST_PATIENCE, agreementPortKey);
      return endpoint.getString(agreementPortKey);
    } catch (StoreTimeoutException e) {
      return endpoint.compareSet(agreementPortKey, "", HERE);
    }
  }

  private TcpStore connect(int toPort, Duration timeout, String expected) throws JoinException {
    try {
      return TcpStore.connect(
          reachableHost(), toPort, TcpStoreOptions.builder().timeout(timeout).build());
    } catch (NetworkException e) {
      throw JoinException.timeout(
          "joining the other nodes failed: " + e.getMessage() + "; expected " + expected);
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
  String loopbackHint() {
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
      if (agreementPortKey.isEmpty()) {
        return;
      }
    }
    try (TcpStore store = TcpStore.connect(reachableHost(), port)) {
      if (separate) {
        // A node that joins too late reads that all have joined already.
        store.set(agreementPortKey, agreementPort);
        return;
      }
      for (String key : store.listKeys()) {
        if (!key.startsWith(PREFIX)) {
          boolean unused = store.deleteKey(key);
        }
      }
    }
  }

  /** Deletes the keys of the nodes, if the store outlives the run. Blocks. */
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
