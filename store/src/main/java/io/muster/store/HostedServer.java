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
 * The server of a store that hosts: either the store's own server, or one that all multi-tenant
 * stores of a port share.
 */
final class HostedServer {
  private static final Logger LOG = System.getLogger("io.muster.store");

  /** The shared servers by port. Guarded by itself. */
  private static final Map<Integer, HostedServer> SHARED = new HashMap<>();

  private final StoreServer server;
  private final boolean shared;
  private int hosts = 1;

  private HostedServer(StoreServer server, boolean shared) {
    this.server = server;
    this.shared = shared;
  }

  /**
   * Starts a server on {@code port}, or adds this host to the shared server of that port.
   *
   * @throws NetworkException if the server cannot listen on the port
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
   * Returns why workers on other hosts cannot connect and how to change that; empty if they can.
   */
  String whatKeepsOtherHostsAway() {
    List<InetSocketAddress> addresses = server.addresses();
    boolean loopbackOnly =
        !addresses.isEmpty()
            && addresses.stream().allMatch(one -> one.getAddress().isLoopbackAddress());
    return loopbackOnly
        ? "the store listens on loopback only, at "
            + addresses
            + ", which other hosts cannot reach; if workers run on other hosts, set the"
            + " environment variable MUSTER_BIND or the option bind to * or to an address of this"
            + " host"
        : "";
  }

  /**
   * Returns the host name or address by which this process reaches the server; {@code host} if it
   * can.
   */
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

  /** Removes one host. Each host calls this once. The server is closed with its last host. */
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

  /**
   * Returns why the addresses of {@code host} cannot be bound on this machine; null if they can.
   */
  private static @Nullable String whyNotBindable(String host, Duration timeout)
      throws InterruptedException {
    try {
      for (InetAddress address : Resolver.resolve(host, Deadline.nanos(timeout))) {
        if (address.isAnyLocalAddress() || NetworkInterface.getByInetAddress(address) != null) {
          return null;
        }
      }
      return "no address of " + host + " belongs to this machine";
    } catch (UnknownHostException e) {
      return host + " cannot be resolved";
    } catch (SocketException e) {
      return "listing this machine's addresses failed: " + e.getMessage();
    }
  }
}
