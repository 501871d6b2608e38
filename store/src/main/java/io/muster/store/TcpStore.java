package io.muster.store;

import static java.util.Objects.requireNonNull;

import io.muster.store.internal.agent.AgentStore;
import io.muster.store.internal.client.ConnectTimeoutException;
import io.muster.store.internal.client.StoreClient;
import io.muster.store.internal.client.WatchConnection;
import io.muster.store.internal.text.PrintableText;
import io.muster.store.internal.wire.Protocol;
import io.muster.store.internal.wire.WireException;
import io.muster.store.server.StoreServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A store on a TCP server of PyTorch (2.2 and later) or of Muster; PyTorch's {@code TCPStore}. It
 * is a client, and if it {@linkplain #host hosts} it also runs the server.
 *
 * <pre>{@code
 * try (TcpStore host = TcpStore.host("127.0.0.1", 0, TcpStoreOptions.defaults());
 *     TcpStore client = TcpStore.connect("127.0.0.1", host.port())) {
 *   host.set("address", "10.0.0.1:7000");
 *   String address = client.getString("address");
 * }
 * }</pre>
 *
 * <p><b>Threads.</b> Any number of threads can share one store. Requests that the server answers at
 * once share one connection, in program order. Each waiting thread uses a connection of its own. If
 * many threads wait and the server is Muster's, several of them share a connection. A thread never
 * reads a value older than one it has written itself.
 *
 * <p><b>Writes.</b> {@link #set}, {@link #append}, {@link #multiSet} and {@link #queuePush} have no
 * reply in the protocol. They return when the kernel has accepted the whole request, as PyTorch's
 * do, and a later call reports a failure. {@link #multiSet} sends many values in one request.
 *
 * <p><b>Deadlines.</b> {@link #timeout} limits each call as a whole, including waiting for the
 * calls of other threads, reconnecting, writing and reading. A call that is not answered in time
 * throws {@link NetworkException}. The server has at least one second to reply, even if the timeout
 * is shorter. An interrupt ends a call with {@link StoreInterruptedException} unless the server
 * replies within 100 ms; a wait is withdrawn, which the server has one second to confirm. A call
 * that times out, is interrupted or throws an {@link Error} such as {@link OutOfMemoryError} closes
 * its connection. It is then unknown whether the request took effect on the server. The next call
 * reconnects to the same address.
 *
 * <p><b>Limits.</b> A key or value above the {@linkplain TcpStoreOptions#maxValueBytes client's
 * limits} is an {@link IllegalArgumentException}, because a server would close the connection.
 *
 * <p><b>Differences between servers.</b> {@link #numKeys} counts the key {@code init/}, with which
 * workers join. On a PyTorch server, {@link #add} to a value that is not a number makes the server
 * close the connection, and {@link #get} of a name that is only a queue returns an empty value.
 */
public final class TcpStore implements Store {
  private final String host;
  private final int port;
  private final TcpStoreOptions options;
  private final @Nullable HostedServer hosted;
  private final StoreClient client;
  private final ClientCalls calls;
  private final RequestArguments arguments;
  private final KeyWaits waits;

  private TcpStore(String host, int port, TcpStoreOptions options, @Nullable HostedServer hosted) {
    this.host = host;
    this.port = port;
    this.options = options;
    this.hosted = hosted;
    this.client = connect();
    this.calls = new ClientCalls(client, toString(), endpoint(), options.timeout());
    this.arguments = new RequestArguments(options);
    this.waits = new KeyWaits(client, calls, arguments, toString());
  }

  /**
   * Connects to a server with the default options.
   *
   * @throws NetworkException if no attempt succeeds within {@link Store#DEFAULT_TIMEOUT}
   */
  public static TcpStore connect(String host, int port) {
    return connect(host, port, TcpStoreOptions.defaults());
  }

  /**
   * Connects to a server, and retries with increasing pauses until it succeeds or the timeout has
   * elapsed. A worker of a world of fixed size joins, but does not wait for others.
   *
   * @param port 1 to 65535
   * @throws NetworkException if no attempt succeeds in time; the message names the host, the port
   *     and the last failure
   * @throws ProtocolException if the peer is not a store
   * @throws StoreInterruptedException if the calling thread is interrupted
   */
  public static TcpStore connect(String host, int port, TcpStoreOptions options) {
    requireArguments(host, port, options);
    if (port == 0) {
      throw new IllegalArgumentException(
          "port 0 is for hosts only; a client needs the port of a server");
    }
    return new TcpStore(host, port, options, null).joined();
  }

  /**
   * Starts a server in this process and connects to it. The host of a world of fixed size waits
   * until all workers, including itself, have joined.
   *
   * <p>The server serves until this store is closed. It binds, in this order of precedence:
   *
   * <ul>
   *   <li>the address or socket of its {@linkplain TcpStoreOptions#server options}
   *   <li>the addresses of {@code host}, if one of them is this machine's
   *   <li>all interfaces, with a warning; PyTorch always does so
   * </ul>
   *
   * <p>If the server binds loopback only and workers of a world of fixed size do not join within 5
   * seconds, or half the timeout if that is shorter, a warning says so.
   *
   * @param port 0 for any free port; see {@link #port()}
   * @throws NetworkException if the server cannot listen, or the store cannot connect to {@code
   *     host} in time
   * @throws StoreTimeoutException if workers are missing after the timeout
   * @throws StoreInterruptedException if the calling thread is interrupted
   */
  public static TcpStore host(String host, int port, TcpStoreOptions options) {
    requireArguments(host, port, options);
    HostedServer hosted;
    try {
      hosted = HostedServer.start(host, port, options);
    } catch (NetworkException e) {
      if (options.joinIfPortTaken() || AgentStore.forgivesTakenPort(port, options.environment())) {
        return joinInstead(host, port, options, e);
      }
      throw e;
    } catch (InterruptedException e) {
      throw interrupted("hosting " + host + ":" + port);
    }
    try {
      return new TcpStore(
              hosted.reachableAs(host, options), hosted.server().port(), options, hosted)
          .joined();
    } catch (InterruptedException e) {
      hosted.release();
      throw interrupted("hosting " + host + ":" + port);
    } catch (RuntimeException | Error e) {
      hosted.release();
      throw e;
    }
  }

  private static TcpStore joinInstead(
      String host, int port, TcpStoreOptions options, NetworkException whyNotHosting) {
    try {
      return connect(host, port, options);
    } catch (NetworkException e) {
      e.addSuppressed(whyNotHosting);
      throw e;
    }
  }

  private static void requireArguments(String host, int port, TcpStoreOptions options) {
    requireNonNull(host, "host");
    requireNonNull(options, "options");
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException(
          "port must have value from 0 to 65535 but was " + port + ".");
    }
  }

  private StoreClient connect() {
    try {
      return StoreClient.connect(host, port, Deadline.nanos(options.timeout()));
    } catch (ConnectTimeoutException e) {
      throw new NetworkException(String.valueOf(e.getMessage()), endpoint(), e);
    } catch (WireException e) {
      throw new ProtocolException(String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new NetworkException("connecting to " + endpoint() + " failed: " + e, endpoint(), e);
    } catch (InterruptedException e) {
      throw interrupted("connecting to " + endpoint());
    }
  }

  /** Joins the world if its size is fixed; the host waits for the others. */
  private TcpStore joined() {
    if (!options.waitForWorkers() || options.worldSize().isEmpty()) {
      return this;
    }
    Workers workers = new Workers(client, options.worldSize().getAsInt());
    boolean joined = false;
    try {
      long unused = workers.join(timeout());
      if (hosted != null) {
        workers.awaitAll(timeout(), toString(), hosted.whatKeepsOtherHostsAway());
      }
      joined = true;
      return this;
    } catch (IOException e) {
      throw calls.failed("join", e);
    } catch (InterruptedException e) {
      throw interrupted("waiting for workers on " + this);
    } finally {
      if (!joined) {
        client.close();
      }
    }
  }

  /** The host name or address that this store was created with. */
  public String host() {
    return host;
  }

  /** The port of the server. */
  public int port() {
    return port;
  }

  /** The server that this store hosts, alone or with other hosts; empty if it is only a client. */
  public Optional<StoreServer> server() {
    return Optional.ofNullable(hosted).map(HostedServer::server);
  }

  @Override
  public void set(String key, byte[] value) {
    byte[] wireKey = arguments.wireKey(key);
    arguments.requireValue(value, "value");
    calls.send("set", nanos -> client.set(wireKey, value, nanos));
  }

  @Override
  public byte[] get(String key) {
    Deadline deadline = Deadline.after(timeout());
    byte[] wireKey = arguments.wireKey(key);
    while (true) {
      Optional<byte[]> value = calls.call("get", deadline, nanos -> client.tryGet(wireKey, nanos));
      if (value.isPresent()) {
        return value.get();
      }
      waits.awaitValues("get", deadline, List.of(key), List.of(wireKey));
      // Reads it on the primary connection; by then the key may have been deleted again.
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>Takes one round trip with a Muster server, and two with PyTorch's. A PyTorch server with
   * queues returns an empty value for a name that is only a queue.
   */
  @Override
  public Optional<byte[]> find(String key) {
    byte[] wireKey = arguments.wireKey(key);
    return calls.call("find", nanos -> client.tryGet(wireKey, nanos));
  }

  @Override
  public long add(String key, long delta) {
    byte[] wireKey = arguments.wireKey(key);
    return calls
        .call("add", nanos -> client.tryAdd(wireKey, delta, nanos))
        .orElseThrow(
            () ->
                new StoreException(
                    "add on " + this + " failed: the value at " + key + " is not a number"));
  }

  @Override
  public byte[] compareSet(String key, byte[] expected, byte[] desired) {
    byte[] wireKey = arguments.wireKey(key);
    arguments.requireValue(expected, "expected");
    arguments.requireValue(desired, "desired");
    return calls.call("compareSet", nanos -> client.compareSet(wireKey, expected, desired, nanos));
  }

  /**
   * {@inheritDoc}
   *
   * @throws UnsupportedOperationException if the server is PyTorch's, which returns only the value,
   *     or an older one of Muster; the value is unchanged
   */
  @Override
  public SwapResult compareAndSwap(String key, byte[] expected, byte[] desired) {
    byte[] wireKey = arguments.wireKey(key);
    arguments.requireValue(expected, "expected");
    arguments.requireValue(desired, "desired");
    calls.requireOpen();
    if (!client.swaps()) {
      throw unsupported(
          "return whether it swapped; Muster's can, and compareSet returns the value");
    }
    StoreClient.Swap swap =
        calls.call(
            "compareAndSwap", nanos -> client.compareAndSwap(wireKey, expected, desired, nanos));
    return new SwapResult(
        swap.swapped(), Optional.ofNullable(swap.swapped() ? desired.clone() : swap.value()));
  }

  @Override
  public boolean check(List<String> keys) {
    List<byte[]> wireKeys = arguments.wireKeys(keys);
    return calls.call("check", nanos -> client.check(wireKeys, nanos));
  }

  @Override
  public void await(Duration timeout, List<String> of) {
    waits.await(Deadline.after(timeout), Arguments.copy(of, "keys"));
  }

  @Override
  public boolean deleteKey(String key) {
    byte[] wireKey = arguments.wireKey(key);
    return calls.call("deleteKey", nanos -> client.deleteKey(wireKey, nanos));
  }

  @Override
  public long numKeys() {
    return calls.call("numKeys", client::numKeys);
  }

  /**
   * Returns the keys in no particular order, without bookkeeping keys and queues.
   *
   * @throws UnsupportedOperationException if the server is PyTorch's before 2.10, which cannot list
   *     keys
   */
  @Override
  public List<String> listKeys() {
    List<byte[]> wireKeys =
        calls
            .call("listKeys", client::tryListKeys)
            .orElseThrow(() -> unsupported("list keys; PyTorch's can from 2.10 on"));
    List<String> keys = new ArrayList<>(wireKeys.size());
    for (byte[] wireKey : wireKeys) {
      String text = KeyText.text(wireKey);
      if (text.startsWith(Protocol.USER_KEY_PREFIX)) {
        keys.add(text.substring(Protocol.USER_KEY_PREFIX.length()));
      }
    }
    return keys;
  }

  /**
   * {@inheritDoc}
   *
   * <p>The watcher has a connection of its own, which closing this store closes too. The prefix is
   * limited to 511 bytes.
   *
   * @throws UnsupportedOperationException if the server is PyTorch's, or an older one of Muster
   */
  @Override
  public Watcher watch(String prefix) {
    return openWatcher(prefix, -1);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Revisions are those of one server: a server that was restarted without its data counts from
   * 0 again.
   */
  @Override
  public Watcher watch(String prefix, long revision) {
    return openWatcher(requireNonNull(prefix, "prefix"), Arguments.requireRevision(revision));
  }

  private Watcher openWatcher(String prefix, long after) {
    byte[] wirePrefix = arguments.wirePrefix(prefix);
    calls.requireOpen();
    if (!client.watches()) {
      throw unsupported("watch keys; Muster's can");
    }
    WatchConnection connection = calls.call("watch", () -> client.watch(wirePrefix));
    return TcpWatcher.open(connection, calls, toString(), prefix, after);
  }

  @Override
  public boolean hasExtendedApi() {
    return true;
  }

  @Override
  public void append(String key, byte[] value) {
    byte[] wireKey = arguments.wireKey(key);
    arguments.requireValue(value, "value");
    calls.send("append", nanos -> client.append(wireKey, value, nanos));
  }

  @Override
  public List<byte[]> multiGet(List<String> of) {
    Deadline deadline = Deadline.after(timeout());
    List<String> keys = Arguments.copy(of, "keys");
    List<byte[]> wireKeys = arguments.wireKeys(keys);
    while (true) {
      Optional<List<byte[]>> values =
          calls.call("multiGet", deadline, nanos -> client.tryMultiGet(wireKeys, nanos));
      if (values.isPresent()) {
        return values.get();
      }
      waits.awaitValues("multiGet", deadline, keys, wireKeys);
      // As for get.
    }
  }

  @Override
  public void multiSet(List<String> keys, List<byte[]> values) {
    List<byte[]> wireKeys = arguments.wireKeys(keys);
    List<byte[]> copied = Arguments.copy(values, "values");
    Store.requireSameSize(wireKeys, copied);
    copied.forEach(value -> arguments.requireValue(value, "values"));
    calls.send("multiSet", nanos -> client.multiSet(wireKeys, copied, nanos));
  }

  /**
   * Appends an item to a queue and wakes one waiter of the queue.
   *
   * @throws UnsupportedOperationException if the server is PyTorch's before 2.8 or PyTorch's legacy
   *     backend, which have no queues
   */
  @Override
  public void queuePush(String key, byte[] item) {
    byte[] wireKey = arguments.wireKey(key);
    arguments.requireValue(item, "item");
    Deadline deadline = Deadline.after(timeout());
    requireQueues("queuePush", deadline);
    calls.send("queuePush", deadline, nanos -> client.queuePush(wireKey, item, nanos));
  }

  /**
   * {@inheritDoc}
   *
   * @throws UnsupportedOperationException if the server is PyTorch's before 2.8 or PyTorch's legacy
   *     backend, which have no queues
   */
  @Override
  public byte[] queuePop(String key, boolean block) {
    Deadline deadline = Deadline.after(timeout());
    byte[] wireKey = arguments.wireKey(key);
    requireQueues("queuePop", deadline);
    if (!block) {
      return calls
          .call("queuePop", deadline, nanos -> client.tryQueuePop(wireKey, nanos))
          .orElseThrow(() -> new QueueEmptyException(key, toString()));
    }
    return calls
        .call("queuePop", () -> client.awaitQueuePop(wireKey, deadline.remainingNanos()))
        .orElseThrow(() -> waits.timedOut(deadline, List.of(key), List.of(key)));
  }

  /**
   * Returns the number of items of a queue.
   *
   * @throws UnsupportedOperationException if the server is PyTorch's before 2.8 or PyTorch's legacy
   *     backend, which have no queues
   */
  @Override
  public long queueLen(String key) {
    byte[] wireKey = arguments.wireKey(key);
    Deadline deadline = Deadline.after(timeout());
    requireQueues("queueLen", deadline);
    return calls.call("queueLen", deadline, nanos -> client.queueLen(wireKey, nanos));
  }

  /**
   * {@inheritDoc}
   *
   * <p>A server that supports barriers gets one request, as from PyTorch's clients; with other
   * servers the default implementation runs. A PyTorch server continues to count a caller that has
   * left.
   */
  @Override
  public void barrier(String key, int worldSize, Duration timeout) {
    Deadline deadline = Deadline.after(timeout);
    byte[] wireKey = arguments.wireKey(key);
    Optional<Boolean> came =
        calls.call(
            "barrier",
            () -> client.tryBarrier(wireKey, worldSize, Math.max(1, deadline.remainingNanos())));
    if (!came.orElseGet(() -> fallbackBarrier(key, worldSize, deadline))) {
      throw StoreTimeoutException.ofBarrier(timeout, key, worldSize, toString());
    }
  }

  private boolean fallbackBarrier(String key, int worldSize, Deadline deadline) {
    try {
      Store.super.barrier(key, worldSize, deadline.remaining());
      return true;
    } catch (StoreTimeoutException e) {
      return false;
    }
  }

  @Override
  public Duration timeout() {
    return calls.timeout();
  }

  @Override
  public void setTimeout(Duration timeout) {
    calls.setTimeout(timeout);
  }

  /** Connects another client to the same server, with this store's timeout. It does not join. */
  @Override
  public TcpStore duplicate() {
    calls.requireOpen();
    TcpStore duplicate =
        new TcpStore(host, port, options.toBuilder().waitForWorkers(false).build(), null);
    duplicate.setTimeout(timeout());
    return duplicate;
  }

  /**
   * Disconnects. A host also closes its server. Calls of other threads throw {@link
   * IllegalStateException}.
   */
  @Override
  public void close() {
    if (!calls.close()) {
      return;
    }
    client.close();
    if (hosted != null) {
      hosted.release();
    }
  }

  @Override
  public String toString() {
    return "TcpStore(" + PrintableText.of(endpoint()) + ")";
  }

  private String endpoint() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }

  private void requireQueues(String operation, Deadline deadline) {
    if (!calls.call(operation, deadline, client::hasQueues)) {
      throw unsupported("keep queues; PyTorch's can from 2.8 on, with its libuv backend");
    }
  }

  private UnsupportedOperationException unsupported(String what) {
    return new UnsupportedOperationException(
        "Not implemented. The server of " + this + " cannot " + what);
  }

  private static StoreInterruptedException interrupted(String doing) {
    Thread.currentThread().interrupt();
    return new StoreInterruptedException("interrupted while " + doing);
  }
}
