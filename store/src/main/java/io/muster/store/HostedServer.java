package io.muster.store;

import io.muster.store.internal.client.Resolver;
import io.muster.store.internal.text.PrintableText;
import io.muster.store.server.StoreServer;
import io.muster.store.server.StoreServerOptions;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The server behind the stores that host it: one store's own, or one that the multi-tenant stores
 * of a port share.
 */
final class HostedServer {
  private static final Logger LOG = System.getLogger("io.muster.store");

  /** Servers that may be shared, by port. Guarded by itself. */
  private static final Map<Integer, HostedServer> SHARED = new HashMap<>();

  private final StoreServer server;
  private final boolean shared;
  private int hosts = 1;

  private HostedServer(StoreServer server, boolean shared) {
    this.server = server;
    this.shared = shared;
  }

  /**
   * A server on {@code port}, of this host from now on.
   *
   * @throws NetworkException if the port cannot be listened on
   */
  static HostedServer start(String host, int port, TcpStoreOptions options)
      throws InterruptedException {
    StoreServerOptions serverOptions = serverOptions(host, port, options);
    if (!options.multiTenant()) {
      return new HostedServer(StoreServer.start(serverOptions), false);
    }
    synchronized (SHARED) {
      HostedServer running = SHARED.get(port);
      if (running != null) {
        running.hosts++;
        return running;
      }
      HostedServer started = new HostedServer(StoreServer.start(serverOptions), true);
      SHARED.put(started.server.port(), started);
      return started;
    }
  }

  StoreServer server() {
    return server;
  }

  /**
   * Why workers on other hosts cannot join, and what to do about that; empty if nothing keeps them
   * away.
   */
  String whatKeepsOtherHostsAway() {
    List<InetSocketAddress> addresses = server.addresses();
    boolean loopbackOnly =
        !addresses.isEmpty()
            && addresses.stream().allMatch(one -> one.getAddress().isLoopbackAddress());
    return loopbackOnly
        ? "the store listens on loopback only, at "
            + addresses
            + ", which other hosts cannot reach; if workers"
            + " run there, set the variable MUSTER_BIND, or the option bind, to * or an"
            + " address of this host"
        : "";
  }

  /** The host name or address at which this process reaches the server, preferably the given. */
  String reachableAs(String host, TcpStoreOptions options) throws InterruptedException {
    if (options.server().bind() == null) {
      return host;
    }
    List<InetAddress> bound =
        server.addresses().stream().map(InetSocketAddress::getAddress).toList();
    try {
      List<InetAddress> named = Resolver.resolve(host, Deadline.nanos(options.timeout()));
      boolean listensThere =
          bound.isEmpty()
              || bound.stream().anyMatch(one -> one.isAnyLocalAddress() || named.contains(one));
      return listensThere ? host : bound.get(0).getHostAddress();
    } catch (UnknownHostException e) {
      return bound.get(0).getHostAddress();
    }
  }

  /** To be called once by each host when it is done; the last one closes the server. */
  void release() {
    if (!shared) {
      server.close();
      return;
    }
    synchronized (SHARED) {
      if (--hosts == 0) {
        SHARED.remove(server.port());
        server.close();
      }
    }
  }

  private static StoreServerOptions serverOptions(String host, int port, TcpStoreOptions options)
      throws InterruptedException {
    StoreServerOptions.Builder builder = options.server().toBuilder().port(port);
    boolean bound =
        options.server().listenDescriptor().isPresent() || options.server().listenChannel() != null;
    if (bound || options.server().bind() != null) {
      return builder.build();
    }
    String unusable = whyNotBindable(host, options.timeout());
    if (unusable == null) {
      return builder.bind(host).build();
    }
    LOG.log(
        Level.WARNING,
        "listening on all interfaces, port " + port + ": " + PrintableText.of(unusable));
    return builder.bind("*").build();
  }

  /** Why a host name does not say which addresses of this machine to bind; null if it does. */
  private static @Nullable String whyNotBindable(String host, Duration timeout)
      throws InterruptedException {
    try {
      for (InetAddress address : Resolver.resolve(host, Deadline.nanos(timeout))) {
        if (address.isAnyLocalAddress() || NetworkInterface.getByInetAddress(address) != null) {
          return null;
        }
      }
      return "no address of " + host + " is this machine's";
    } catch (UnknownHostException e) {
      return host + " cannot be resolved";
    } catch (SocketException e) {
      return "this machine's addresses cannot be listed: " + e.getMessage();
    }
  }
}
