package io.muster.collectives.internal.mesh;

import io.muster.collectives.internal.wire.MalformedMessageException;
import io.muster.collectives.internal.wire.Preamble;
import io.muster.collectives.internal.wire.RankInfo;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one rank with all others of its group, and the messages on them. Thread-safe;
 * posting never blocks.
 */
public final class Mesh {
  private static final Logger LOGGER = System.getLogger(Mesh.class.getName());
  private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final int rank;
  private final IoLoop loop;
  private final Listener listener;
  private final Admission admission;
  private final List<Pair> pairs;

  /** Guards the matcher, the addresses, and the state of the pairs. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition pairsChanged = lock.newCondition();
  private final MessageMatcher matcher;
  private final @Nullable PeerFailure[] lossOf;

  /** Whether all operations that waited for a lost peer have been notified. */
  private final boolean[] told;

  /** Where the peers are, as far as that is known; for messages. */
  private final @Nullable String[] addresses;

  /** In the order they happened. */
  private final List<PeerFailure> peerFailures = new CopyOnWriteArrayList<>();

  /** The threads to wake when there is another loss. */
  private final Set<Thread> waiting = ConcurrentHashMap.newKeySet();

  private final AtomicLong reads = new AtomicLong();

  /**
   * Listens at an address, and connects to nobody yet.
   *
   * @param name what the thread is called
   */
  public Mesh(String name, int rank, int size, InetSocketAddress address) throws IOException {
    this(name, rank, size, address, new Sockets());
  }

  /** For tests, which inject failures. */
  Mesh(String name, int rank, int size, InetSocketAddress address, Sockets sockets)
      throws IOException {
    this.rank = rank;
    this.lossOf = new @Nullable PeerFailure[size];
    this.told = new boolean[size];
    this.addresses = new @Nullable String[size];
    this.matcher =
        new MessageMatcher(size, (peer, preamble, data) -> pair(peer).put(preamble, data));
    this.admission = new Admission(rank, size, this::admit);
    this.pairs = new ArrayList<>(size);
    this.loop = new IoLoop(name, this::failAll);
    boolean listening = false;
    try {
      for (int peer = 0; peer < size; peer++) {
        pairs.add(new Pair(loop, sockets, new Peer(peer)));
      }
      this.listener = new Listener(loop, sockets, address, size, admission);
      listening = true;
    } finally {
      if (!listening) {
        loop.close();
      }
    }
  }

  /** Where this rank listens. */
  public InetSocketAddress address() {
    return listener.address();
  }

  /** For tests. */
  IoLoop loop() {
    return loop;
  }

  private int size() {
    return pairs.size();
  }

  private Pair pair(int peer) {
    return pairs.get(peer);
  }

  /** The identifiers that the peers are to begin their connections with, by rank. */
  long[] identifiers() {
    return admission.identifiers();
  }

  /**
   * Notes what a peer has published.
   *
   * @param connects whether the peer connects to this rank, rather than the other way round
   */
  void note(RankInfo info, boolean connects) {
    int peer = info.rank();
    lock.lock();
    try {
      addresses[peer] = info.address().getHostString() + ":" + info.address().getPort();
    } finally {
      lock.unlock();
    }
    loop.schedule(0, () -> admission.learn(peer, connects && info.pairs() == 0));
  }

  /**
   * Uses a connection that this rank has made.
   *
   * @throws IOException if it is of no use any more, or if someone else has connected in the name
   *     of the peer, who would have waited for this rank to connect
   */
  void attach(int peer, SocketChannel connection) throws IOException {
    if (!pair(peer).attach(connection)) {
      throw new IOException("someone else has connected in the name of rank " + peer);
    }
    lock.lock();
    try {
      pairsChanged.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Uses a connection that a peer has made.
   *
   * @throws IOException if the peer is connected already, or lost
   */
  private void admit(int peer, SocketChannel connection) throws IOException {
    if (peer == rank || pair(peer).isAttached() || isLost(peer)) {
      throw new IOException("no connection is expected from rank " + peer);
    }
    noteOrigin(peer, connection);
    attach(peer, connection);
  }

  private boolean isLost(int peer) {
    lock.lock();
    try {
      return lossOf[peer] != null;
    } finally {
      lock.unlock();
    }
  }

  /** A peer may connect, and be lost, before this rank has read where it listens. */
  private void noteOrigin(int peer, SocketChannel connection) throws IOException {
    lock.lock();
    try {
      if (addresses[peer] == null
          && connection.getRemoteAddress() instanceof InetSocketAddress origin) {
        addresses[peer] = origin.getHostString();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until the given peers are connected or lost.
   *
   * @return those that are neither after so many nanoseconds
   */
  List<Integer> awaitConnected(List<Integer> peers, long nanos) throws InterruptedException {
    lock.lock();
    try {
      long left = nanos;
      while (true) {
        List<Integer> missing =
            peers.stream().filter(p -> !pair(p).isAttached() && lossOf[p] == null).toList();
        if (missing.isEmpty() || left <= 0) {
          return missing;
        }
        left = pairsChanged.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Posts a message to a peer: the bytes between position and limit of a direct buffer, which must
   * stay as they are until it is over.
   */
  public PostedMessage send(int peer, long slot, ByteBuffer data) {
    PostedMessage send = new PostedMessage(peer, data.slice());
    post(peer, send, () -> matcher.send(slot, send));
    return send;
  }

  /** Posts a receive of a message from a peer, which must fit the buffer. */
  public PostedMessage receive(int peer, long slot, ByteBuffer into) {
    PostedMessage receive = new PostedMessage(peer, into.slice());
    post(peer, receive, () -> matcher.receive(slot, receive));
    return receive;
  }

  /**
   * Posts a receive of a message from the rank that sends first.
   *
   * @throws IllegalArgumentException if this rank is the only one
   */
  public PostedMessage receiveFromAnyone(long slot, ByteBuffer into) {
    if (size() == 1) {
      throw new IllegalArgumentException("a rank that is alone cannot receive from any source");
    }
    PostedMessage receive = new PostedMessage(-1, into.slice());
    lock.lock();
    try {
      if (peerFailures.size() >= size() - 1) {
        receive.lose(peerFailures.get(0));
      } else {
        matcher.receiveFromAnyone(slot, receive);
      }
    } catch (SizeMismatchException e) {
      endForSize(receive.rank(), e);
    } finally {
      lock.unlock();
    }
    int sender = receive.rank();
    if (sender >= 0) {
      pair(sender).flush();
    }
    return receive;
  }

  private void endForSize(int peer, SizeMismatchException e) {
    loop.schedule(
        0,
        () -> {
          // First the peer is told what this rank has, by which it finds the same.
          pair(peer).flush();
          end(peer, String.valueOf(e.getMessage()), false, null);
        });
  }

  /** What the matcher does with a posted message. */
  interface Rule {
    void apply() throws SizeMismatchException;
  }

  /** Applies a rule of the matcher to a message, unless its peer is lost. */
  void post(int peer, PostedMessage posted, Rule rule) {
    lock.lock();
    try {
      PeerFailure peerFailure = lossOf[peer];
      if (peerFailure == null) {
        rule.apply();
      } else {
        posted.lose(peerFailure);
      }
    } catch (SizeMismatchException e) {
      endForSize(peer, e);
    } catch (Throwable e) {
      // The message may be posted in part, so that what follows it would be taken for it.
      loop.schedule(0, () -> fail(peer, e));
      throw e;
    } finally {
      lock.unlock();
    }
    pair(peer).flush();
  }

  /**
   * Waits until a message is over, or a connection ends, or so many nanoseconds have passed.
   *
   * @param knownLosses how many losses the caller knows of; if there are more, it does not wait
   */
  public void await(PostedMessage posted, int knownLosses, long nanos) {
    Thread thread = Thread.currentThread();
    waiting.add(thread);
    try {
      if (peerFailures.size() == knownLosses) {
        posted.await(nanos);
      }
    } finally {
      waiting.remove(thread);
    }
  }

  /**
   * What peers have announced or asked for on a slot, in words, when this rank is done with it;
   * null if there is nothing, as it should be.
   */
  public @Nullable String leftover(long slot) {
    if (!matcher.mayHaveLeftover()) {
      return null;
    }
    lock.lock();
    try {
      return matcher.leftover(slot);
    } finally {
      lock.unlock();
    }
  }

  /** The connections that have ended, in that order. */
  public List<PeerFailure> peerFailures() {
    return List.copyOf(peerFailures);
  }

  /** How often something has arrived, for telling whether there is progress. */
  public long reads() {
    return reads.get();
  }

  /** Ends all connections, after so many nanoseconds. */
  public void abort(String reason, long nanos) {
    loop.schedule(
        nanos,
        () -> {
          for (int peer = 0; peer < size(); peer++) {
            if (peer != rank) {
              end(peer, "was disconnected: " + reason, true, null);
            }
          }
        });
  }

  /** Ends all connections, since this rank has failed while it used that with {@code peer}. */
  private void fail(int peer, Throwable cause) {
    if (told[peer]) {
      return;
    }
    Quietly.log(
        LOGGER, Level.WARNING, this + " failed while it exchanged data with rank " + peer, cause);
    end(
        peer,
        "was disconnected, since this rank failed while it exchanged data with it: " + cause,
        true,
        cause);
    endAll(
        String.format(
            Locale.ROOT,
            "was disconnected, since this rank failed while it exchanged data with rank %d: %s",
            peer,
            cause),
        cause);
  }

  /** The last resort of the loop's thread, which ends afterwards. */
  private void failAll(Throwable cause) {
    Quietly.log(LOGGER, Level.WARNING, this + " failed, and with it its connections", cause);
    endAll("was disconnected, since the thread of the connections failed: " + cause, cause);
  }

  private void endAll(String reason, Throwable cause) {
    for (int peer = 0; peer < size(); peer++) {
      if (peer != rank) {
        end(peer, reason, true, cause);
      }
    }
  }

  /**
   * Ends the connection with a peer and notifies all operations that wait for it. On the loop's
   * thread. If this throws for lack of memory it is repeated, and no operation is left out: each is
   * forgotten only after its notification. None is added meanwhile, since the loss is noted first.
   */
  private void end(int peer, String reason, boolean isLocal, @Nullable Throwable cause) {
    if (told[peer]) {
      return;
    }
    List<PostedMessage> lost;
    PeerFailure peerFailure;
    lock.lock();
    try {
      peerFailure = noteLoss(peer, reason, isLocal, cause);
      lost = matcher.waitingFor(peer);
      if (peerFailures.size() == size() - 1) {
        lost.addAll(matcher.waitingForAnyone());
      }
      pairsChanged.signalAll();
    } finally {
      lock.unlock();
    }
    lost.addAll(pair(peer).close());
    lost.forEach(posted -> posted.lose(peerFailure));
    waiting.forEach(LockSupport::unpark);
    forget(peer);
    told[peer] = true;
  }

  private PeerFailure noteLoss(
      int peer, String reason, boolean isLocal, @Nullable Throwable cause) {
    PeerFailure peerFailure = lossOf[peer];
    if (peerFailure == null) {
      String address = addresses[peer];
      peerFailure =
          new PeerFailure(
              peer, address == null ? "?" : address, reason, isLocal, cause, System.nanoTime());
      peerFailures.add(peerFailure);
      lossOf[peer] = peerFailure;
    }
    return peerFailure;
  }

  private void forget(int peer) {
    pair(peer).drop();
    lock.lock();
    try {
      matcher.forget(peer);
      if (peerFailures.size() == size() - 1) {
        matcher.forgetOpen();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Ends all connections after what was sent has arrived, in so many nanoseconds at most. */
  public void close(long nanos) {
    listener.close();
    loop.schedule(0, admission::close);
    List<Integer> connected =
        IntStream.range(0, size())
            .filter(peer -> peer != rank && pair(peer).isAttached())
            .boxed()
            .toList();
    awaitSent(connected, nanos);
    // A connection closed at once would take with it what the peer has not read yet, if something
    // unread has come from there. So this waits a little for the peer to close its end too.
    connected.forEach(peer -> pair(peer).shutdownOutput());
    awaitLost(connected);
    abort("the group was closed", 0);
    loop.close();
  }

  private void awaitSent(List<Integer> peers, long nanos) {
    long start = System.nanoTime();
    for (int peer : peers) {
      PostedMessage last = new PostedMessage(peer, ByteBuffer.allocate(0));
      post(peer, last, () -> pair(peer).putMark(last));
      long left = nanos - (System.nanoTime() - start);
      while (!last.isOver() && left > 0 && !Thread.currentThread().isInterrupted()) {
        last.await(left);
        left = nanos - (System.nanoTime() - start);
      }
    }
  }

  private void awaitLost(List<Integer> peers) {
    lock.lock();
    try {
      long left = LINGER_NANOS;
      while (left > 0 && peers.stream().anyMatch(peer -> lossOf[peer] == null)) {
        left = pairsChanged.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      // Then it closes at once.
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String toString() {
    SocketAddress address = address();
    return "Mesh(rank " + rank + " of " + size() + " at " + address + ")";
  }

  /** What a connection tells of one peer. */
  private final class Peer implements Pair.Owner {
    private final int peer;

    Peer(int peer) {
      this.peer = peer;
    }

    @Override
    public void onReady(Preamble preamble) throws IOException {
      lock.lock();
      try {
        if (preamble.kind() == Preamble.Kind.SEND_READY) {
          matcher.onSendReady(peer, preamble.slot(), preamble.length());
        } else {
          matcher.onReceiveReady(peer, preamble.slot(), preamble.length());
        }
      } finally {
        lock.unlock();
      }
    }

    @Override
    public PostedMessage onData(Preamble preamble) throws MalformedMessageException {
      lock.lock();
      try {
        return matcher.onData(peer, preamble.slot(), preamble.length());
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void onArrival(PostedMessage receive) {
      receive.complete();
    }

    @Override
    public void onRead() {
      reads.incrementAndGet();
    }

    @Override
    public void onEnd(String reason) {
      loop.schedule(0, () -> end(peer, reason, false, null));
    }

    @Override
    public void onFailure(Throwable cause) {
      loop.schedule(0, () -> fail(peer, cause));
    }
  }
}
