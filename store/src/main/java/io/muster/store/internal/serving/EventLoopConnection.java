package io.muster.store.internal.serving;

import io.muster.store.internal.wire.LimitException;
import io.muster.store.internal.wire.WireException;
import io.muster.store.internal.wire.WireOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One client connection of the event loop. While replies are unsent, no more requests are read or
 * served (back-pressure).
 *
 * <p>A turn ends after a bounded number of replies and a bounded amount of work. The next turn of
 * the same client comes after the turns of the other clients.
 *
 * <p>The ends of a connection, with what the client is still sent, and whether the connection is
 * counted as broken and logged:
 *
 * <table>
 *   <caption>Ends of a connection</caption>
 *   <tr><th>cause</th><th>sent</th><th>counted, logged</th></tr>
 *   <tr><td>the socket failed</td><td>nothing</td><td>no</td></tr>
 *   <tr><td>an invalid request</td><td>the replies before it, a reason</td><td>yes</td></tr>
 *   <tr><td>an error of the server</td><td>nothing</td><td>yes</td></tr>
 *   <tr><td>{@link #evict}</td><td>a reason, unless amid replies</td><td>yes</td></tr>
 *   <tr><td>{@link #disconnect}</td><td>a reason, unless amid replies</td><td>no</td></tr>
 * </table>
 */
final class EventLoopConnection extends DeferredTurn
    implements Poller.Readiness, HeldReplies.Recipient, WakeupBatch.Recipient, ReplySink {
  /**
   * How far a connection is.
   *
   * <pre>
   *   AWAITS_COMMIT ─────────────────────┐
   *    its │ ▲ a command                 │
   *    end ▼ │ is submitted              │ failure, limit
   *       OPEN ──────────────────────────┤
   *        │                             │
   *        │ end of input                │
   *        ▼                             ▼
   *   HALF_CLOSED ──────────────────▶ DRAINING
   *        │        failure, limit       │
   *        │                             │
   *        │ a turn, when all is sent    │
   *        ▼                             │
   *     CLOSED ◀─────────────────────────┘
   * </pre>
   */
  enum State {
    /** Requests are read and served. */
    OPEN,

    /** Nothing is read or served until the client's last command is applied or has failed. */
    AWAITS_COMMIT,

    /** The client has sent all it will, and has been served. It is still sent wake-ups. */
    HALF_CLOSED,

    /** Nothing more is served. What is unsent is still sent, unless the socket failed. */
    DRAINING,

    /** The socket is closed and the client is forgotten. */
    CLOSED;

    boolean canBecome(State next) {
      return switch (this) {
        case OPEN -> next == AWAITS_COMMIT || next == HALF_CLOSED || next == DRAINING;
        case AWAITS_COMMIT -> next == OPEN || next == DRAINING;
        case HALF_CLOSED -> next == DRAINING || next == CLOSED;
        case DRAINING -> next == CLOSED;
        case CLOSED -> false;
      };
    }
  }

  /** The number of times that replies are sent per turn before the turn ends, at most. */
  private static final int SENDS_PER_TURN = 4;

  private final NonBlockingSocket socket;
  private final Session session;
  private final Set<EventLoopConnection> connections;
  private final ServerState server;
  private final RateLimitedLog log;
  private final ScratchBuffer scratch;
  private final HeldReplies heldReplies;
  private final DeferredTurns deferred;
  private final WakeupBatch wakeups;

  private State state = State.OPEN;

  /** Input that has been read and not served. Null unless another turn is needed. */
  private @Nullable ByteBuffer unserved;

  /** Output that the socket had no room for. */
  private @Nullable ByteBuffer unsent;

  /** Whether the socket had no room for a part of a long reply, which was taken back. */
  private boolean blocked;

  /** The bytes of {@link #unserved} and {@link #unsent} that the memory budget counts. */
  private int accounted;

  /** Whether this client's requests are being served just now. */
  private boolean serving;

  /**
   * Whether replies are held for this connection. Until they are sent nothing is read: a further
   * reply must neither overtake them nor be sent in their place. The poller reports the input
   * again.
   */
  private boolean repliesHeld;

  /** Whether this is one of the deferred turns. */
  private boolean isDeferred;

  /** The interest that was last set on the poller. */
  private NonBlockingSocket.Interest interest = NonBlockingSocket.Interest.INPUT;

  /**
   * A connection that is accepted.
   *
   * @param connections those of its job, from which it removes itself when it is closed
   */
  EventLoopConnection(
      NonBlockingSocket socket,
      ServerState server,
      Set<EventLoopConnection> connections,
      RateLimitedLog log,
      ScratchBuffer scratch,
      HeldReplies heldReplies,
      DeferredTurns deferred,
      WakeupBatch wakeups) {
    this.socket = socket;
    this.server = server;
    this.connections = connections;
    this.log = log;
    this.scratch = scratch;
    this.heldReplies = heldReplies;
    this.deferred = deferred;
    this.wakeups = wakeups;
    this.session = new Session(server, this);
  }

  State state() {
    return state;
  }

  private void become(State next) {
    assert state.canBecome(next) : state + " cannot become " + next;
    state = next;
  }

  private void drain() {
    if (state != State.DRAINING) {
      become(State.DRAINING);
    }
  }

  @Override
  public void ready(boolean input, boolean output) {
    if (state == State.CLOSED) {
      return;
    }
    try {
      if (output) {
        blocked = false;
        sendUnsent();
      }
      if (input && interest == NonBlockingSocket.Interest.INPUT && !repliesHeld) {
        read();
      }
    } catch (IOException e) {
      stopSending();
    } catch (Throwable e) {
      disconnectNow(e);
    }
    next();
  }

  private void read() throws IOException {
    ByteBuffer in = scratch.empty();
    int read = socket.read(in);
    if (read < 0) {
      become(State.HALF_CLOSED);
    } else if (read > 0) {
      serve(in.flip());
    }
  }

  private void sendUnsent() throws IOException {
    ByteBuffer rest = unsent;
    if (rest == null) {
      return;
    }
    while (rest.hasRemaining()) {
      ByteBuffer part = scratch.empty();
      int length = Math.min(part.remaining(), rest.remaining());
      part.put(rest.slice(rest.position(), length)).flip();
      socket.write(part);
      rest.position(rest.position() + length - part.remaining());
      if (part.hasRemaining()) {
        return;
      }
    }
    unsent = null;
  }

  /** Serves this client once more, or closes the connection. */
  @Override
  void takeTurn() {
    isDeferred = false;
    if (state == State.CLOSED) {
      return;
    }
    if (isOver()) {
      close();
      return;
    }
    ByteBuffer in = unserved;
    if (in != null && state == State.OPEN && !isBlocked()) {
      unserved = null;
      try {
        serve(in);
      } catch (IOException e) {
        stopSending();
      } catch (Throwable e) {
        disconnectNow(e);
      }
    }
    next();
  }

  /** Whether nothing more can come of this client. */
  private boolean isOver() {
    return (state == State.HALF_CLOSED || state == State.DRAINING) && !isBlocked();
  }

  /** Whether the socket has no room for more. */
  private boolean isBlocked() {
    return blocked || unsent != null;
  }

  /**
   * Serves {@code in}, and keeps what is left of it for another turn. If {@code in} is null,
   * answers the request that awaited its commit.
   */
  private void serve(@Nullable ByteBuffer in) throws IOException {
    serving = true;
    heldReplies.begin(this);
    try {
      if (in == null) {
        session.answer();
      } else {
        serveTurn(in);
      }
      heldReplies.hold();
    } catch (WireException | RuntimeException | Error e) {
      disconnectAfterReplies(e);
      heldReplies.sendNow();
    } finally {
      serving = false;
      try {
        heldReplies.end();
      } finally {
        wakeups.deliver();
      }
    }
  }

  private void serveTurn(ByteBuffer in) throws IOException {
    session.beginTurn();
    boolean more = session.serveNext(in);
    for (int sends = 0;
        more
            && sends < SENDS_PER_TURN
            && !session.isTurnOver()
            && !isBlocked()
            && !session.awaitsCommit(); ) {
      if (heldReplies.areEnough()) {
        heldReplies.sendNow();
        sends++;
      } else {
        more = session.serveNext(in);
      }
    }
    if (more) {
      unserved = in.isDirect() ? ByteBuffer.allocate(in.remaining()).put(in).flip() : in;
    }
    if (session.awaitsCommit()) {
      become(State.AWAITS_COMMIT);
    }
  }

  @Override
  public void committed() {
    if (state == State.AWAITS_COMMIT) {
      become(State.OPEN);
    }
    try {
      serve(null);
    } catch (IOException e) {
      stopSending();
    } catch (Throwable e) {
      disconnectNow(e);
    }
    next();
  }

  /** Decides what this client waits for. It does not throw. */
  private void next() {
    if (state == State.CLOSED || isDeferred) {
      return;
    }
    account();
    if (isDeferred) {
      return;
    }
    boolean turn = isOver() || (state == State.OPEN && unserved != null && !isBlocked());
    try {
      setInterest(interest(turn));
    } catch (IOException e) {
      stopSending();
      turn = true;
    } catch (Throwable e) {
      disconnectNow(e);
      turn = true;
    }
    if (turn) {
      isDeferred = true;
      deferred.add(this);
    }
  }

  private NonBlockingSocket.Interest interest(boolean turn) {
    if (isBlocked()) {
      return NonBlockingSocket.Interest.OUTPUT;
    }
    return turn || state == State.AWAITS_COMMIT
        ? NonBlockingSocket.Interest.NONE
        : NonBlockingSocket.Interest.INPUT;
  }

  /** Counts what is kept for the client, or disconnects it if there is no room. */
  private void account() {
    ByteBuffer in = unserved;
    ByteBuffer out = unsent;
    int bytes = (in == null ? 0 : in.capacity()) + (out == null ? 0 : out.capacity());
    if (bytes == accounted) {
      return;
    }
    try {
      session.transfer().change(bytes - accounted);
      accounted = bytes;
    } catch (LimitException e) {
      evict(e);
    }
  }

  private void setInterest(NonBlockingSocket.Interest wanted) throws IOException {
    if (wanted != interest) {
      interest = wanted;
      socket.setInterest(wanted);
    }
  }

  /** Nothing is sent any more, because the socket failed or the client must go at once. */
  private void stopSending() {
    drain();
    unsent = null;
    blocked = false;
  }

  /** The client is to be disconnected as soon as it has been sent the replies. */
  private void disconnectAfterReplies(Throwable reason) {
    drain();
    server.lastResort.relieve(reason);
    server.countBroken();
    drop();
    log.disconnecting(socket, reason);
  }

  private void drop() {
    accounted = 0;
    try {
      session.drop();
    } catch (Throwable e) {
      server.lastResort.relieve(e);
      log.serverFailed(e);
    }
  }

  /** Something failed that should not, and what the client was sent may be half a reply. */
  private void disconnectNow(Throwable reason) {
    stopSending();
    disconnectAfterReplies(reason);
  }

  /** Disconnects this client, whatever it has sent or is to be sent. */
  void disconnect(String reason) {
    if (state == State.CLOSED) {
      return;
    }
    if (state != State.DRAINING) {
      sendReason(new LimitException(reason));
    }
    stopSending();
    unserved = null;
    drop();
    next();
  }

  @Override
  public void evict(LimitException reason) {
    if (state == State.CLOSED) {
      return;
    }
    boolean known = state == State.DRAINING;
    if (!known) {
      sendReason(reason);
    }
    stopSending();
    unserved = null;
    if (known) {
      drop();
    } else {
      disconnectAfterReplies(reason);
    }
    next();
  }

  /** Sends the reason if the client understands it and it would not be in the middle of replies. */
  private void sendReason(LimitException reason) {
    if (isBlocked() || repliesHeld || serving) {
      return;
    }
    try {
      byte[] refusal = session.refusal(reason);
      if (refusal.length > 0) {
        socket.write(ByteBuffer.allocateDirect(refusal.length).put(refusal).flip());
      }
    } catch (Throwable e) {
      // The client is disconnected without a reason; others must not notice.
      server.lastResort.relieve(e);
    }
  }

  private void close() {
    become(State.CLOSED);
    unserved = null;
    unsent = null;
    try {
      socket.close();
    } catch (Throwable e) {
      server.lastResort.relieve(e);
      log.serverFailed(e);
    }
    try {
      session.close();
    } catch (Throwable e) {
      server.lastResort.relieve(e);
      log.serverFailed(e);
    }
    boolean unusedRemoved = connections.remove(this);
    server.disconnected();
    wakeups.deliver();
  }

  @Override
  public WireOutput replies() {
    return heldReplies.output();
  }

  @Override
  public boolean copiesReplies() {
    return true;
  }

  @Override
  public void sendWakeup() {
    wakeups.add(this);
  }

  @Override
  public void send(ByteBuffer bytes) throws IOException {
    ByteBuffer before = unsent;
    if (before == null) {
      socket.write(bytes);
    }
    if (!bytes.hasRemaining()) {
      return;
    }
    if (before == null && session.takeBack(bytes.remaining())) {
      blocked = true;
    } else {
      int earlier = before == null ? 0 : before.remaining();
      ByteBuffer all = ByteBuffer.allocate(earlier + bytes.remaining());
      unsent = (before == null ? all : all.put(before)).put(bytes).flip();
    }
  }

  @Override
  public void onHeld() {
    repliesHeld = true;
  }

  @Override
  public void deliver(ByteBuffer replies) {
    if (state == State.DRAINING || state == State.CLOSED) {
      return;
    }
    try {
      send(replies);
    } catch (Throwable e) {
      // Ends this connection only: neither the other woken clients nor the client that woke them.
      stopSending();
    }
  }

  @Override
  public void deliverWakeup(ByteBuffer wakeup) {
    if (!session.numbersWaits()) {
      deliver(wakeup);
    }
  }

  @Override
  public void deliverNumberedWakeups() {
    if (state == State.DRAINING || state == State.CLOSED || !session.numbersWaits()) {
      return;
    }
    try {
      byte[] ends = session.takeEnds();
      ByteBuffer before = unsent;
      if (before == null) {
        unsent = ByteBuffer.wrap(ends);
        sendUnsent();
      } else {
        unsent = ByteBuffer.allocate(before.remaining() + ends.length).put(before).put(ends).flip();
      }
    } catch (Throwable e) {
      // Ends this connection only.
      stopSending();
    }
  }

  @Override
  public void onDelivered() {
    repliesHeld = false;
    next();
  }

  /** Held replies were sent before the wake-ups. */
  @Override
  public void onWakeupDelivered() {
    next();
  }
}
