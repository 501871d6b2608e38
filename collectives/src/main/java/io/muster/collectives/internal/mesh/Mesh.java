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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The connections of this rank with all other ranks of its group, and the messages on them.
 * Thread-safe. Posting a message never blocks.
 */
public final class Mesh {
  private static final Logger LOGGER = System.getLogger(Mesh.class.getName());
  private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final int rank;
  private final IoLoop loop;
  private final Listener listener;
  private final Admission admission;
  private final List<Pair> pairs;

  /** Guards the matcher and the failures. Signals changes of the pairs. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition pairsChanged = lock.newCondition();
  private final MessageMatcher matcher;
  private final PeerFailures failures;

  /** By rank, whether all messages that waited for a failed peer have been notified. I/O thread. */
  private final boolean[] notified;

  /** The threads to wake when another peer fails. */
  private final Set<Thread> waiting = ConcurrentHashMap.newKeySet();

  private final AtomicLong reads = new AtomicLong();

  /**
   * A mesh that listens at an address and has no connections yet.
   *
   * @param name the name of the I/O thread
   */
  public Mesh(String name, int rank, int size, InetSocketAddress address) throws IOException {
    this(name, rank, size, address, new Sockets());
  }

  /** Tests use sockets that inject failures. */
  Mesh(String name, int rank, int size, InetSocketAddress address, Sockets sockets)
      throws IOException {
    this.rank = rank;
    this.failures = new PeerFailures(size);
    this.notified = new boolean[size];
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

  /** The address that this rank listens on. */
  public InetSocketAddress address() {
    return listener.address();
  }

  /** The I/O thread, for tests. */
  IoLoop loop() {
    return loop;
  }

  private int size() {
    return pairs.size();
  }

  private Pair pair(int peer) {
    return pairs.get(peer);
  }

  /** The identifiers that the connections of the peers begin with, by rank. */
  long[] identifiers() {
    return admission.identifiers();
  }

  /**
   * Handles the value that a peer has published.
   *
   * @param connects whether the peer connects to this rank, rather than the reverse
   */
  void learnPeer(RankInfo info, boolean connects) {
    int peer = info.rank();
    lock.lock();
    try {
      failures.setAddress(peer, info.address().getHostString() + ":" + info.address().getPort());
    } finally {
      lock.unlock();
    }
    loop.schedule(0, () -> admission.setConnectMode(peer, connects && info.pairs() == 0));
  }

  /**
   * Uses a connection to a peer.
   *
   * @throws IOException if the connection is unusable, or if another process has connected as the
   *     peer
   */
  void attach(int peer, SocketChannel connection) throws IOException {
    if (!pair(peer).attach(connection)) {
      throw new IOException("another process has connected as rank " + peer);
    }
    lock.lock();
    try {
      pairsChanged.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Uses a connection that a peer has opened.
   *
   * @throws IOException if the peer is connected already or has failed
   */
  private void admit(int peer, SocketChannel connection) throws IOException {
    if (peer == rank || pair(peer).isAttached() || hasFailed(peer)) {
      throw new IOException("no connection is expected from rank " + peer);
    }
    recordRemoteAddress(peer, connection);
    attach(peer, connection);
  }

  private boolean hasFailed(int peer) {
    lock.lock();
    try {
      return failures.of(peer) != null;
    } finally {
      lock.unlock();
    }
  }

  /** A peer may connect and fail before this rank has read its published address. */
  private void recordRemoteAddress(int peer, SocketChannel connection) throws IOException {
    lock.lock();
    try {
      if (!failures.knowsAddress(peer)
          && connection.getRemoteAddress() instanceof InetSocketAddress origin) {
        failures.setAddress(peer, origin.getHostString());
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Blocks until the given peers are connected or have failed, at most for the given time.
   *
   * @return the peers that are neither
   */
  List<Integer> awaitConnected(List<Integer> peers, long nanos) throws InterruptedException {
    lock.lock();
    try {
      long left = nanos;
      while (true) {
        List<Integer> missing =
            peers.stream().filter(p -> !pair(p).isAttached() && failures.of(p) == null).toList();
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
   * Posts a send to a peer: the bytes between position and limit of a direct buffer, which must not
   * change until the message is over.
   */
  public PostedMessage send(int peer, long slot, ByteBuffer data) {
    PostedMessage send = new PostedMessage(peer, data.slice());
    post(peer, send, () -> matcher.send(slot, send));
    return send;
  }

  /** Posts a receive from a peer into the bytes between position and limit of a direct buffer. */
  public PostedMessage receive(int peer, long slot, ByteBuffer into) {
    PostedMessage receive = new PostedMessage(peer, into.slice());
    post(peer, receive, () -> matcher.receive(slot, receive));
    return receive;
  }

  /**
   * Posts a receive from the rank that is first to send a message of the slot.
   *
   * @throws IllegalArgumentException if this is the only rank
   */
  public PostedMessage receiveFromAnyone(long slot, ByteBuffer into) {
    if (size() == 1) {
      throw new IllegalArgumentException("recvAnySource needs a group of at least 2 ranks");
    }
    PostedMessage receive = new PostedMessage(-1, into.slice());
    lock.lock();
    try {
      if (failures.areOfAllPeers()) {
        receive.fail(failures.inOrder().get(0));
      } else {
        matcher.receiveFromAnyone(slot, receive);
      }
    } catch (SizeMismatchException e) {
      endForSizeMismatch(receive.rank(), e);
    } finally {
      lock.unlock();
    }
    int sender = receive.rank();
    if (sender >= 0) {
      pair(sender).flush();
    }
    return receive;
  }

  private void endForSizeMismatch(int peer, SizeMismatchException e) {
    loop.schedule(
        0,
        () -> {
          // Sends this rank's announcement first, from which the peer learns of the mismatch too.
          pair(peer).flush();
          end(peer, String.valueOf(e.getMessage()), false, null);
        });
  }

  /** A call of the matcher with a posted message. */
  interface MatcherCall {
    void run() throws SizeMismatchException;
  }

  /** Calls the matcher with a message, unless its peer has failed. */
  void post(int peer, PostedMessage posted, MatcherCall call) {
    lock.lock();
    try {
      PeerFailure peerFailure = failures.of(peer);
      if (peerFailure == null) {
        call.run();
      } else {
        posted.fail(peerFailure);
      }
    } catch (SizeMismatchException e) {
      endForSizeMismatch(peer, e);
    } catch (Throwable e) {
      // The message may be half posted, so that later ones would be matched wrongly.
      loop.schedule(0, () -> fail(peer, e));
      throw e;
    } finally {
      lock.unlock();
    }
    pair(peer).flush();
  }

  /**
   * Blocks until a message is over, another peer fails, or the given time has passed.
   *
   * @param knownFailures the number of failed peers that the caller knows of; if there are more,
   *     this method does not block
   */
  public void await(PostedMessage posted, int knownFailures, long nanos) {
    Thread thread = Thread.currentThread();
    waiting.add(thread);
    try {
      if (failures.count() == knownFailures) {
        posted.await(nanos);
      }
    } finally {
      waiting.remove(thread);
    }
  }

  /**
   * Describes a send or receive that a peer has announced for a slot, and that this rank, which is
   * done with the slot, has not matched; null if there is none.
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

  /** The connections that have ended, in the order of their end. */
  public List<PeerFailure> peerFailures() {
    return failures.inOrder();
  }

  /** The number of reads that returned data, from which callers see whether there is progress. */
  public long reads() {
    return reads.get();
  }

  /** Closes all connections after the given time. Does not block. */
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

  /**
   * Closes all connections because this rank has failed while it used the one with {@code peer}.
   */
  private void fail(int peer, Throwable cause) {
    if (notified[peer]) {
      return;
    }
    SafeLog.log(
        LOGGER, Level.WARNING, this + " failed while it exchanged data with rank " + peer, cause);
    end(
        peer,
        "was disconnected because this rank failed while it exchanged data with it: " + cause,
        true,
        cause);
    endAll(
        String.format(
            Locale.ROOT,
            "was disconnected because this rank failed while it exchanged data with rank %d: %s",
            peer,
            cause),
        cause);
  }

  /** The last resort of the I/O thread, which ends afterwards. */
  private void failAll(Throwable cause) {
    SafeLog.log(LOGGER, Level.WARNING, this + " failed, so its connections were closed", cause);
    endAll("was disconnected because the I/O thread failed: " + cause, cause);
  }

  private void endAll(String reason, Throwable cause) {
    for (int peer = 0; peer < size(); peer++) {
      if (peer != rank) {
        end(peer, reason, true, cause);
      }
    }
  }

  /**
   * Closes the connection with a peer and fails all messages that wait for it; on the I/O thread.
   * If this method throws for lack of memory it is called again, and no message is left out: each
   * is removed only after it has been notified. None is added meanwhile, because the failure is
   * recorded first.
   */
  private void end(int peer, String reason, boolean isLocal, @Nullable Throwable cause) {
    if (notified[peer]) {
      return;
    }
    List<PostedMessage> lost;
    PeerFailure peerFailure;
    lock.lock();
    try {
      peerFailure = failures.record(peer, reason, isLocal, cause);
      lost = matcher.waitingFor(peer);
      if (failures.areOfAllPeers()) {
        lost.addAll(matcher.waitingForAnyone());
      }
      pairsChanged.signalAll();
    } finally {
      lock.unlock();
    }
    lost.addAll(pair(peer).close());
    lost.forEach(posted -> posted.fail(peerFailure));
    waiting.forEach(LockSupport::unpark);
    forget(peer);
    notified[peer] = true;
  }

  private void forget(int peer) {
    pair(peer).drop();
    lock.lock();
    try {
      matcher.forget(peer);
      if (failures.areOfAllPeers()) {
        matcher.forgetReceivesFromAnyone();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Closes all connections. Before that, blocks until posted sends are written, at most for the
   * given time, and until the peers have closed their side, at most for a second.
   */
  public void close(long nanos) {
    listener.close();
    loop.schedule(0, admission::close);
    List<Integer> connected =
        IntStream.range(0, size())
            .filter(peer -> peer != rank && pair(peer).isAttached())
            .boxed()
            .toList();
    awaitSent(connected, nanos);
    // If unread bytes have arrived, closing a connection discards what the peer has not read yet.
    // So this waits briefly for the peers to close their side.
    connected.forEach(peer -> pair(peer).shutdownOutput());
    awaitDisconnected(connected);
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

  private void awaitDisconnected(List<Integer> peers) {
    lock.lock();
    try {
      long left = LINGER_NANOS;
      while (left > 0 && peers.stream().anyMatch(peer -> failures.of(peer) == null)) {
        left = pairsChanged.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      // Closes the connections at once.
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

  /** Handles the events of the connection with one peer. */
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
