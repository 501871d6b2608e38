package io.muster.store.internal.client;

import io.muster.store.internal.wire.Hello;
import io.muster.store.internal.wire.Reply;
import io.muster.store.internal.wire.WireException;
import io.muster.store.internal.wire.WireInput;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client of one server, for any number of threads. It adapts each request to the kind of server.
 * Only {@link #tryBarrier} and the methods whose name begins with {@code await} block for longer
 * than a round trip. The last argument is how many nanoseconds the call may take in total,
 * including waiting for other calls and reconnecting; {@link Long#MAX_VALUE} means no limit. A call
 * that takes longer throws {@link CallTimeoutException}, and an interrupt throws {@link
 * CallInterruptedException}; a later call reconnects.
 */
public final class StoreClient implements Closeable {
  /** How often to poll for an item on a server whose wake-ups may be lost. */
  private static final long POLL_ITEM_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final PrimaryConnection primary;
  private final SideConnections sides;
  private final InetSocketAddress address;
  private final ServerKind server;
  private final boolean learnsOfRefusals;
  private final boolean swaps;
  private final boolean watches;
  private volatile boolean hasQueues;
  private volatile boolean listsKeys;

  private StoreClient(Connector.Connected connected) {
    this.primary = new PrimaryConnection(connected);
    this.sides = new SideConnections(connected);
    this.address = connected.address();
    this.server = connected.server();
    Hello hello = connected.greeting().hello();
    this.learnsOfRefusals = hello != null && hello.isOn(Hello.REFUSALS);
    this.swaps = hello != null && hello.isOn(Hello.COMPARE_AND_SWAP);
    this.watches = hello != null && hello.isOn(Hello.WATCH);
  }

  /**
   * Connects, and retries until it succeeds or {@code timeoutNanos} have elapsed.
   *
   * @throws ConnectTimeoutException if no attempt succeeds in time
   * @throws WireException if the peer is not a store
   * @throws InterruptedException if the thread is interrupted
   */
  public static StoreClient connect(String host, int port, long timeoutNanos)
      throws IOException, InterruptedException {
    return new StoreClient(new Connector(host, port, timeoutNanos).connect());
  }

  /** The resolved address of the server. */
  public InetSocketAddress address() {
    return address;
  }

  /** The kind of the server, as the handshake found it. */
  public ServerKind server() {
    return server;
  }

  /** Whether the server sends a reason before it closes a connection because of a request. */
  public boolean learnsOfRefusals() {
    return learnsOfRefusals;
  }

  /**
   * Sets a key. As with all writes without a reply, the kernel has the request when this returns.
   */
  public void set(byte[] key, byte[] value, long nanos) throws IOException {
    primary.send(nanos, requests -> requests.set(key, value));
  }

  public void append(byte[] key, byte[] value, long nanos) throws IOException {
    primary.send(nanos, requests -> requests.append(key, value));
  }

  public void multiSet(List<byte[]> keys, List<byte[]> values, long nanos) throws IOException {
    primary.send(nanos, requests -> requests.multiSet(keys, values));
  }

  /** Returns the values of the keys; empty if one is missing. */
  public Optional<List<byte[]>> tryMultiGet(List<byte[]> keys, long nanos) throws IOException {
    if (server == ServerKind.MUSTER) {
      return primary.call(
          nanos,
          requests -> requests.tryMultiGet(keys),
          replies -> found(replies) ? Optional.of(blobs(replies, keys.size())) : Optional.empty());
    }
    // A key may be deleted between the two requests. PyTorch's event-loop server then replies with
    // an empty value, as it does to its own clients.
    return primary.call(
        nanos,
        exchange -> {
          boolean ready = exchange.exchange(requests -> requests.check(keys), StoreClient::ready);
          return ready
              ? exchange.exchange(
                  requests -> requests.multiGet(keys),
                  replies -> Optional.of(blobs(replies, keys.size())))
              : Optional.empty();
        });
  }

  /** Returns the value of a key; empty if it is missing. */
  public Optional<byte[]> tryGet(byte[] key, long nanos) throws IOException {
    if (server == ServerKind.MUSTER) {
      return primary.call(
          nanos,
          requests -> requests.tryGet(key),
          replies -> found(replies) ? Optional.of(replies.getBlob()) : Optional.empty());
    }
    List<byte[]> keys = List.of(key);
    return primary.call(
        nanos,
        exchange -> {
          boolean ready = exchange.exchange(requests -> requests.check(keys), StoreClient::ready);
          return ready
              ? exchange.exchange(
                  requests -> requests.get(key), replies -> Optional.of(replies.getBlob()))
              : Optional.empty();
        });
  }

  /**
   * Adds to a counter.
   *
   * @return empty if the value is not a number; a PyTorch server closes the connection instead
   */
  public OptionalLong tryAdd(byte[] key, long delta, long nanos) throws IOException {
    if (server == ServerKind.PYTORCH) {
      return primary.call(
          nanos,
          requests -> requests.add(key, delta),
          replies -> OptionalLong.of(replies.getNumber()));
    }
    return primary.call(
        nanos,
        requests -> requests.tryAdd(key, delta),
        replies -> {
          if (replies.getByte() == Reply.FOUND) {
            return OptionalLong.of(replies.getNumber());
          }
          byte[] unused = replies.getBlob();
          return OptionalLong.empty();
        });
  }

  /**
   * Replaces a value if it is the expected one.
   *
   * @return the value of the key afterwards; {@code expected} if the key is missing
   */
  public byte[] compareSet(byte[] key, byte[] expected, byte[] desired, long nanos)
      throws IOException {
    return primary.call(
        nanos, requests -> requests.compareSet(key, expected, desired), WireInput::getBlob);
  }

  /** Whether the server supports {@link #compareAndSwap}. */
  public boolean swaps() {
    return swaps;
  }

  /**
   * The result of {@link #compareAndSwap}.
   *
   * @param value the value of the key after the call; null if the key is missing
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Swap(boolean swapped, byte @Nullable [] value) {}

  /** A {@link #compareSet} that returns whether it swapped. */
  public Swap compareAndSwap(byte[] key, byte[] expected, byte[] desired, long nanos)
      throws IOException {
    return primary.call(
        nanos,
        requests -> requests.compareAndSwap(key, expected, desired),
        replies -> {
          int reply = replies.getByte();
          return switch (reply) {
            case Reply.SWAPPED -> new Swap(true, desired);
            case Reply.ABSENT -> new Swap(false, null);
            case Reply.OTHER_VALUE -> new Swap(false, replies.getBlob());
            default ->
                throw new WireException("unexpected reply " + reply + " to COMPARE_AND_SWAP");
          };
        });
  }

  /** Whether each of the keys is set, or is a queue with items. */
  public boolean check(List<byte[]> keys, long nanos) throws IOException {
    return primary.call(nanos, requests -> requests.check(keys), StoreClient::ready);
  }

  /** Returns for each key what {@link #check} returns for it alone, with one round trip. */
  public List<Boolean> checkEach(List<byte[]> keys, long nanos) throws IOException {
    return primary.call(
        nanos,
        requests -> {
          for (byte[] key : keys) {
            requests.check(List.of(key));
          }
        },
        replies -> {
          List<Boolean> ready = new ArrayList<>(keys.size());
          for (int i = 0; i < keys.size(); i++) {
            ready.add(ready(replies));
          }
          return ready;
        });
  }

  /** Deletes a key, and returns whether it was set. */
  public boolean deleteKey(byte[] key, long nanos) throws IOException {
    return primary.call(nanos, requests -> requests.deleteKey(key), WireInput::getLong) > 0;
  }

  /** The number of keys, including bookkeeping keys. */
  public long numKeys(long nanos) throws IOException {
    return primary.call(nanos, requests -> requests.numKeys(), WireInput::getLong);
  }

  /**
   * Returns all keys in their wire form; empty if the server does not support the request (PyTorch
   * before 2.10).
   */
  public Optional<List<byte[]>> tryListKeys(long nanos) throws IOException {
    if (!listsKeys) {
      listsKeys =
          server == ServerKind.MUSTER
              || knows(nanos, requests -> requests.listKeys(), replies -> list(replies).size());
    }
    return listsKeys
        ? Optional.of(primary.call(nanos, requests -> requests.listKeys(), StoreClient::list))
        : Optional.empty();
  }

  public void queuePush(byte[] key, byte[] item, long nanos) throws IOException {
    primary.send(nanos, requests -> requests.queuePush(key, item));
  }

  /** Pops the first item of a queue; empty if there is none. */
  public Optional<byte[]> tryQueuePop(byte[] key, long nanos) throws IOException {
    return primary.call(
        nanos,
        requests -> requests.queuePop(key),
        replies -> replies.getLong() > 0 ? Optional.of(replies.getBlob()) : Optional.empty());
  }

  /** The number of items of a queue; 0 if there is no such queue. */
  public long queueLen(byte[] key, long nanos) throws IOException {
    return primary.call(nanos, requests -> requests.queueLen(key), WireInput::getLong);
  }

  /**
   * Whether the server supports queues; PyTorch's does from 2.8 on, with its event loop. Call this
   * before any request for a queue.
   */
  public boolean hasQueues(long nanos) throws IOException {
    if (!hasQueues) {
      hasQueues =
          server == ServerKind.MUSTER
              || knows(nanos, requests -> requests.queueLen(new byte[] {'/'}), WireInput::getLong);
    }
    return hasQueues;
  }

  /**
   * Waits until each of the keys has been set, or is a queue with items.
   *
   * @return false if that took longer than {@code nanos}
   * @throws CallInterruptedException if the thread is interrupted
   */
  public boolean await(List<byte[]> keys, long nanos) throws IOException {
    return server == ServerKind.MUSTER
        ? sides.awaitNumbered(requests -> requests.observe(keys), keys, nanos)
        : sides.await(requests -> requests.await(keys), nanos);
  }

  /** {@link #await} for values, if the server distinguishes them from queues. */
  public boolean awaitValues(List<byte[]> keys, long nanos) throws IOException {
    return server == ServerKind.MUSTER
        ? sides.awaitNumbered(requests -> requests.awaitValues(keys), keys, nanos)
        : await(keys, nanos);
  }

  /**
   * Pops the first item of a queue, and waits until there is one.
   *
   * @return empty if there is none after {@code nanos}
   * @throws CallInterruptedException if the thread is interrupted
   */
  public Optional<byte[]> awaitQueuePop(byte[] key, long nanos) throws IOException {
    long start = System.nanoTime();
    List<byte[]> items = new ArrayList<>(1);
    SharedWaits.ItemPop pop =
        () ->
            tryQueuePop(key, Math.max(left(start, nanos), CallGuard.CONFIRM_NANOS))
                .ifPresent(items::add);
    pop.run();
    for (long left = left(start, nanos); items.isEmpty() && left > 0; ) {
      if (server == ServerKind.MUSTER) {
        boolean unused = sides.awaitItem(requests -> requests.awaitItem(key), key, left, pop);
      } else {
        // A PyTorch server wakes one waiter per item, even one that has just left or will not pop.
        boolean unused = await(List.of(key), Math.min(left, POLL_ITEM_NANOS));
        pop.run();
      }
      left = left(start, nanos);
    }
    return items.stream().findFirst();
  }

  private static long left(long start, long nanos) {
    return nanos == Long.MAX_VALUE ? nanos : nanos - (System.nanoTime() - start);
  }

  /**
   * Waits at a barrier.
   *
   * @return false if that took longer than {@code nanos}; empty if the server does not support
   *     barriers (PyTorch before 2.11)
   * @throws CallInterruptedException if the thread is interrupted
   */
  public Optional<Boolean> tryBarrier(byte[] key, long worldSize, long nanos) throws IOException {
    RequestWriter barrier = requests -> requests.barrier(key, worldSize);
    if (server == ServerKind.MUSTER) {
      return Optional.of(sides.awaitNumbered(barrier, List.of(key), nanos));
    }
    return unlessUnknown(nanos, () -> sides.await(barrier, nanos));
  }

  /** Whether the server supports a request, which is sent on a connection of its own. */
  private <T> boolean knows(long nanos, RequestWriter request, ReplyReader<T> reply)
      throws IOException {
    return unlessUnknown(
            nanos,
            () ->
                sides.callOnce(
                    nanos,
                    connection -> {
                      request.writeTo(connection.requests());
                      connection.flush();
                      return reply.readFrom(connection.replies());
                    }))
        .isPresent();
  }

  /**
   * Returns empty if the server does not support the request. A server closes the connection on an
   * unknown request; if it answers on another connection, it is still running.
   */
  private <T> Optional<T> unlessUnknown(long nanos, UninterruptibleIo.Io<T> io) throws IOException {
    try {
      return Optional.of(io.run());
    } catch (EOFException | SocketException closed) {
      try {
        long unused = numKeys(Math.max(nanos, CallGuard.CONFIRM_NANOS));
        return Optional.empty();
      } catch (IOException e) {
        closed.addSuppressed(e);
        throw closed;
      }
    }
  }

  private static boolean ready(WireInput replies) throws IOException {
    return oneOf(replies, Reply.READY, Reply.NOT_READY);
  }

  private static boolean found(WireInput replies) throws IOException {
    return oneOf(replies, Reply.FOUND, Reply.ABSENT);
  }

  private static boolean oneOf(WireInput replies, int yes, int no) throws IOException {
    int reply = replies.getByte();
    if (reply != yes && reply != no) {
      throw new WireException("unexpected reply " + reply + "; expected " + yes + " or " + no);
    }
    return reply == yes;
  }

  private static List<byte[]> list(WireInput replies) throws IOException {
    long count = replies.getLong();
    if (count < 0 || count > Integer.MAX_VALUE) {
      throw new WireException("the server replied with a list of " + count + " elements");
    }
    return blobs(replies, (int) count);
  }

  private static List<byte[]> blobs(WireInput replies, int count) throws IOException {
    List<byte[]> blobs = new ArrayList<>(Math.min(count, 64 * 1024));
    for (int i = 0; i < count; i++) {
      blobs.add(replies.getBlob());
    }
    return blobs;
  }

  /** Whether the server supports {@link #watch}. */
  public boolean watches() {
    return watches;
  }

  /** Returns a connection for watching keys with a prefix. The caller closes it. */
  public WatchConnection watch(byte[] prefix) throws IOException {
    return sides.watch(prefix);
  }

  /** Closes all connections. Calls in progress throw an {@link IOException}. */
  @Override
  public void close() {
    sides.close();
    primary.close();
  }
}
