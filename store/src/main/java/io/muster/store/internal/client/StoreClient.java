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
 * A client of one server, for any number of threads: each request as the server understands it.
 * Only the methods whose name begins with {@code await}, and {@link #tryBarrier}, block for longer
 * than a round trip. The last argument is how many nanoseconds the call may take in all, waiting
 * for other calls and connecting again included; {@link Long#MAX_VALUE} means no limit. A call that
 * takes longer throws {@link CallTimeoutException}, one whose thread is interrupted {@link
 * CallInterruptedException}, and a later call connects again.
 */
public final class StoreClient implements Closeable {
  /** How often to look for an item of a server whose wake-ups may get lost. */
  private static final long LOOK_FOR_ITEM_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final PrimaryConnection primary;
  private final SideConnections sides;
  private final InetSocketAddress address;
  private final ServerKind server;
  private final boolean learnsOfRefusals;
  private final boolean swaps;
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
  }

  /**
   * Connects, trying again until it succeeds or {@code timeoutNanos} have passed.
   *
   * @throws ConnectTimeoutException if no attempt succeeds in time
   * @throws WireException if something answers that is no store
   * @throws InterruptedException if the thread is interrupted
   */
  public static StoreClient connect(String host, int port, long timeoutNanos)
      throws IOException, InterruptedException {
    return new StoreClient(new Connector(host, port, timeoutNanos).connect());
  }

  /** The address that was found under the server's name. */
  public InetSocketAddress address() {
    return address;
  }

  public ServerKind server() {
    return server;
  }

  /** Whether the server says why before it closes a connection for a request. */
  public boolean learnsOfRefusals() {
    return learnsOfRefusals;
  }

  public void set(byte[] key, byte[] value, long nanos) throws IOException {
    primary.send(nanos, requests -> requests.set(key, value));
  }

  public void append(byte[] key, byte[] value, long nanos) throws IOException {
    primary.send(nanos, requests -> requests.append(key, value));
  }

  public void multiSet(List<byte[]> keys, List<byte[]> values, long nanos) throws IOException {
    primary.send(nanos, requests -> requests.multiSet(keys, values));
  }

  /** The values of the keys, or nothing if one is missing. */
  public Optional<List<byte[]>> tryMultiGet(List<byte[]> keys, long nanos) throws IOException {
    if (server == ServerKind.MUSTER) {
      return primary.call(
          nanos,
          requests -> requests.tryMultiGet(keys),
          replies -> found(replies) ? Optional.of(blobs(replies, keys.size())) : Optional.empty());
    }
    // Between the two requests a key may vanish. PyTorch's event-loop server then says "", as its
    // own clients see it.
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

  /** The value of a key, or nothing if it is missing. */
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
   * @return nothing if the value is no number; a PyTorch server drops the connection instead
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

  public byte[] compareSet(byte[] key, byte[] expected, byte[] desired, long nanos)
      throws IOException {
    return primary.call(
        nanos, requests -> requests.compareSet(key, expected, desired), WireInput::getBlob);
  }

  /** Whether the server knows {@link #compareAndSwap}. */
  public boolean swaps() {
    return swaps;
  }

  /**
   * What {@link #compareAndSwap} did.
   *
   * @param value what is at the key now, null if nothing is
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Swap(boolean swapped, byte @Nullable [] value) {}

  /** A {@link #compareSet} that says whether it swapped. */
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
                throw new WireException("the server answered COMPARE_AND_SWAP with " + reply);
          };
        });
  }

  public boolean check(List<byte[]> keys, long nanos) throws IOException {
    return primary.call(nanos, requests -> requests.check(keys), StoreClient::ready);
  }

  /** Whether each single key is there, asked in one go. */
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

  public boolean deleteKey(byte[] key, long nanos) throws IOException {
    return primary.call(nanos, requests -> requests.deleteKey(key), WireInput::getLong) > 0;
  }

  public long numKeys(long nanos) throws IOException {
    return primary.call(nanos, requests -> requests.numKeys(), WireInput::getLong);
  }

  /**
   * All keys as they are on the wire, or nothing if the server does not know the request (PyTorch
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

  /** The item at the head of a queue, or nothing if it is empty. */
  public Optional<byte[]> tryQueuePop(byte[] key, long nanos) throws IOException {
    return primary.call(
        nanos,
        requests -> requests.queuePop(key),
        replies -> replies.getLong() > 0 ? Optional.of(replies.getBlob()) : Optional.empty());
  }

  public long queueLen(byte[] key, long nanos) throws IOException {
    return primary.call(nanos, requests -> requests.queueLen(key), WireInput::getLong);
  }

  /**
   * Whether the server has queues; PyTorch's has from 2.8 on, on its event loop. To be asked before
   * any request for one.
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
   * Waits until each of the keys has been there, as a key or as a queue that is not empty.
   *
   * @return false if that took longer than {@code nanos}
   * @throws CallInterruptedException if the thread is interrupted
   */
  public boolean await(List<byte[]> keys, long nanos) throws IOException {
    return server == ServerKind.MUSTER
        ? sides.awaitNumbered(requests -> requests.observe(keys), keys, nanos)
        : sides.await(requests -> requests.await(keys), nanos);
  }

  /** {@link #await}, for a value where the server knows the difference. */
  public boolean awaitValues(List<byte[]> keys, long nanos) throws IOException {
    return server == ServerKind.MUSTER
        ? sides.awaitNumbered(requests -> requests.awaitValues(keys), keys, nanos)
        : await(keys, nanos);
  }

  /**
   * Takes the item at the head of a queue, and waits until there is one.
   *
   * @return nothing if there is none after {@code nanos}
   * @throws CallInterruptedException if the thread is interrupted
   */
  public Optional<byte[]> awaitQueuePop(byte[] key, long nanos) throws IOException {
    long start = System.nanoTime();
    List<byte[]> items = new ArrayList<>(1);
    SharedWaits.Taking pop =
        () ->
            tryQueuePop(key, Math.max(left(start, nanos), CallGuard.CONFIRM_NANOS))
                .ifPresent(items::add);
    pop.take();
    for (long left = left(start, nanos); items.isEmpty() && left > 0; ) {
      if (server == ServerKind.MUSTER) {
        boolean unused = sides.awaitItem(requests -> requests.awaitItem(key), key, left, pop);
      } else {
        // A PyTorch server wakes one who waits, even if that one has just gone or will not pop.
        boolean unused = await(List.of(key), Math.min(left, LOOK_FOR_ITEM_NANOS));
        pop.take();
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
   * @return false if that took longer than {@code nanos}; null if the server has no barriers
   *     (PyTorch before 2.11)
   * @throws CallInterruptedException if the thread is interrupted
   */
  public Optional<Boolean> tryBarrier(byte[] key, long worldSize, long nanos) throws IOException {
    SideConnection.Waiting barrier = requests -> requests.barrier(key, worldSize);
    if (server == ServerKind.MUSTER) {
      return Optional.of(sides.awaitNumbered(barrier, List.of(key), nanos));
    }
    return unlessUnknown(nanos, () -> sides.await(barrier, nanos));
  }

  /** Whether the server knows a request, which is made on a connection of its own. */
  private <T> boolean knows(
      long nanos, PrimaryConnection.Requesting request, PrimaryConnection.Answer<T> answer)
      throws IOException {
    return unlessUnknown(
            nanos,
            () ->
                sides.talkOnce(
                    nanos,
                    connection -> {
                      request.to(connection.requests());
                      connection.flush();
                      return answer.from(connection.replies());
                    }))
        .isPresent();
  }

  /**
   * A server closes the connection on a request it does not know; it has not gone if it answers on
   * another.
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
      throw new WireException(
          "the server answered " + reply + " where " + yes + " or " + no + " is due");
    }
    return reply == yes;
  }

  private static List<byte[]> list(WireInput replies) throws IOException {
    long count = replies.getLong();
    if (count < 0 || count > Integer.MAX_VALUE) {
      throw new WireException("the server answered a list of " + count);
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

  /** Closes all connections; threads that use one get an {@link IOException}. */
  @Override
  public void close() {
    sides.close();
    primary.close();
  }
}
