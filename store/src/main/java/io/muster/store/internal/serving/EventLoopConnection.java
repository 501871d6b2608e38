package io.muster.store.internal.serving;

import io.muster.store.internal.wire.LimitException;
import io.muster.store.internal.wire.WireException;
import io.muster.store.internal.wire.WireOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One client connection of the event loop. While replies are unsent, no more requests are read
 * (back-pressure).
 *
 * <p>A turn ends after a bounded number of replies and a bounded amount of work. The next turn of
 * the same client comes after the turns of the other clients.
 */
final class EventLoopConnection implements Poller.Readiness, ReplySink {
  /** The number of times that the reply buffer is sent per turn, at most. */
  private static final int SENDS_PER_TURN = 4;

  private final NonBlockingSocket socket;
  private final Session session;
  private final ServerState state;
  private final RateLimitedLog log;
  private final ReadBuffer readBuffer;
  private final ReplyBuffer replyBuffer;
  private final DeferredTurns deferred;
  private final WakeupBatch wakeups;

  /** Input that has been read and not served. Null unless another turn is needed. */
  private @Nullable ByteBuffer unserved;

  /** Output that the socket had no room for. */
  private @Nullable ByteBuffer unsent;

  /** Whether the socket had no room for a part of a long reply, which was taken back. */
  private boolean blocked;

  /** The bytes of {@link #unserved} and {@link #unsent} that the memory budget counts. */
  private int accounted;

  private boolean inputEnded;

  /** Whether no more requests are served; {@link #unsent} is still sent. */
  private boolean finished;

  /** Whether the next turn, or the end, is deferred. */
  private boolean isDeferred;

  private boolean closed;

  /** The next one of the {@link DeferredTurns}. */
  @Nullable EventLoopConnection nextDeferred;

  /** The interest that was last set on the poller. */
  private boolean interestedInInput = true;

  private boolean interestedInOutput;

  /**
   * Whether replies are held for this connection. Until they are sent nothing is read: a further
   * reply must neither overtake them nor be sent in their place. The poller reports the input
   * again.
   */
  private boolean repliesHeld;

  EventLoopConnection(
      NonBlockingSocket socket,
      ServerState state,
      RateLimitedLog log,
      ReadBuffer readBuffer,
      ReplyBuffer replyBuffer,
      DeferredTurns deferred,
      WakeupBatch wakeups) {
    this.socket = socket;
    this.state = state;
    this.log = log;
    this.readBuffer = readBuffer;
    this.replyBuffer = replyBuffer;
    this.deferred = deferred;
    this.wakeups = wakeups;
    this.session = new Session(state, this);
  }

  @Override
  public void ready(boolean input, boolean output) {
    if (closed) {
      return;
    }
    try {
      if (output) {
        blocked = false;
        sendUnsent();
      }
      if (input && interestedInInput && !repliesHeld) {
        read();
      }
    } catch (IOException e) {
      lost();
    } catch (Throwable e) {
      failed(e);
    }
    next();
  }

  private void read() throws IOException {
    ByteBuffer in = readBuffer.empty();
    int read = socket.read(in);
    if (read < 0) {
      inputEnded = true;
    } else if (read > 0) {
      serve(in.flip());
    }
  }

  private void sendUnsent() throws IOException {
    ByteBuffer rest = unsent;
    if (rest == null) {
      return;
    }
    ByteBuffer buffer = replyBuffer.buffer();
    while (rest.hasRemaining()) {
      int length = Math.min(buffer.clear().remaining(), rest.remaining());
      buffer.put(rest.slice(rest.position(), length)).flip();
      socket.write(buffer);
      rest.position(rest.position() + length - buffer.remaining());
      if (buffer.hasRemaining()) {
        buffer.clear();
        return;
      }
    }
    buffer.clear();
    unsent = null;
  }

  /** One more turn, or the end. It does not throw. */
  void takeTurn() {
    isDeferred = false;
    if (closed) {
      return;
    }
    if (isOver()) {
      close();
      return;
    }
    ByteBuffer in = unserved;
    if (in != null && !finished && !isBlocked()) {
      unserved = null;
      try {
        serve(in);
      } catch (IOException e) {
        lost();
      } catch (Throwable e) {
        failed(e);
      }
    }
    next();
  }

  /** Whether nothing more can come of this client. */
  private boolean isOver() {
    return !isBlocked() && (finished || (inputEnded && unserved == null));
  }

  /** Whether the socket has no room for more. */
  private boolean isBlocked() {
    return blocked || unsent != null;
  }

  /** Serves {@code in}, and keeps what is left of it for another turn. */
  private void serve(ByteBuffer in) throws IOException {
    replyBuffer.open(this);
    try {
      session.beginTurn();
      boolean more = session.serveNext(in);
      for (int sends = 0;
          more && sends < SENDS_PER_TURN && !session.isTurnOver() && !isBlocked(); ) {
        if (replyBuffer.isFull()) {
          replyBuffer.send();
          sends++;
        } else {
          more = session.serveNext(in);
        }
      }
      if (more) {
        unserved = in.isDirect() ? ByteBuffer.allocate(in.remaining()).put(in).flip() : in;
      }
      replyBuffer.hold();
    } catch (WireException | RuntimeException | Error e) {
      broken(e);
      replyBuffer.send();
    } finally {
      try {
        replyBuffer.close();
      } finally {
        deliverWakeups();
      }
    }
  }

  /** Decides what this client waits for. It does not throw. */
  private void next() {
    if (closed || isDeferred) {
      return;
    }
    account();
    if (isDeferred) {
      return;
    }
    boolean turn = isOver() || (!isBlocked() && unserved != null);
    try {
      setInterest(!turn && !isBlocked(), isBlocked());
    } catch (IOException e) {
      lost();
      turn = true;
    } catch (Throwable e) {
      failed(e);
      turn = true;
    }
    if (turn) {
      isDeferred = true;
      deferred.add(this);
    }
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

  private void setInterest(boolean input, boolean output) throws IOException {
    if (input != interestedInInput || output != interestedInOutput) {
      interestedInInput = input;
      interestedInOutput = output;
      socket.setInterest(input, output);
    }
  }

  /** The connection broke, and there is nobody to tell. */
  private void lost() {
    finished = true;
    unsent = null;
    blocked = false;
  }

  /** The client is to be disconnected as soon as it has been sent the replies. */
  private void broken(Throwable reason) {
    finished = true;
    state.lastResort.relieve(reason);
    state.broken();
    drop();
    log.disconnecting(socket, reason);
  }

  private void drop() {
    accounted = 0;
    try {
      session.drop();
    } catch (Throwable e) {
      state.lastResort.relieve(e);
      log.serverFailed(e);
    }
  }

  /** Something failed that should not, and what the client was sent may be half a reply. */
  private void failed(Throwable reason) {
    lost();
    broken(reason);
  }

  @Override
  public void evict(LimitException reason) {
    if (closed) {
      return;
    }
    boolean known = finished;
    if (!known) {
      tellWhy(reason);
    }
    lost();
    unserved = null;
    if (known) {
      drop();
    } else {
      broken(reason);
    }
    next();
  }

  /** Sends the reason if the client understands it and it would not be in the middle of replies. */
  private void tellWhy(LimitException reason) {
    if (isBlocked() || repliesHeld || replyBuffer.isOwner(this)) {
      return;
    }
    try {
      byte[] refusal = session.refusal(reason);
      if (refusal.length > 0) {
        socket.write(ByteBuffer.allocateDirect(refusal.length).put(refusal).flip());
      }
    } catch (Throwable e) {
      // The client is disconnected without a reason; others must not notice.
      state.lastResort.relieve(e);
    }
  }

  @Override
  public boolean copiesReplies() {
    return true;
  }

  private void close() {
    closed = true;
    unserved = null;
    unsent = null;
    try {
      socket.close();
    } catch (Throwable e) {
      state.lastResort.relieve(e);
      log.serverFailed(e);
    }
    try {
      session.close();
    } catch (Throwable e) {
      state.lastResort.relieve(e);
      log.serverFailed(e);
    }
    state.disconnected();
    deliverWakeups();
  }

  @Override
  public WireOutput replies() {
    return replyBuffer.replies();
  }

  /** Sends bytes, and keeps what the socket has no room for. */
  void send(ByteBuffer bytes) throws IOException {
    ByteBuffer before = unsent;
    if (before == null) {
      socket.write(bytes);
    }
    if (!bytes.hasRemaining()) {
      return;
    }
    if (before == null && session.takeBack(bytes.remaining())) {
      bytes.position(bytes.limit());
      blocked = true;
    } else {
      int earlier = before == null ? 0 : before.remaining();
      ByteBuffer all = ByteBuffer.allocate(earlier + bytes.remaining());
      unsent = (before == null ? all : all.put(before)).put(bytes).flip();
    }
  }

  /**
   * Delivers wake-ups. Held replies are sent first, because a wake-up must not overtake a reply to
   * the same client.
   */
  private void deliverWakeups() {
    if (!wakeups.isEmpty()) {
      replyBuffer.sendHeld();
      wakeups.deliver();
    }
  }

  @Override
  public void endWait() {
    wakeups.add(this);
  }

  /**
   * Sends what is due, the end of a wait or replies that were held, and keeps what the socket has
   * no room for. Another thread may do it while the loop waits. It does not throw.
   */
  void deliver(ByteBuffer reply) {
    if (closed || finished) {
      return;
    }
    try {
      send(reply);
    } catch (Throwable e) {
      // Ends this connection only: neither the other woken clients nor the client that woke them.
      lost();
    }
  }

  /** The same for the end of a wait without a number. Ends with numbers are sent later. */
  void deliverEnd(ByteBuffer reply) {
    if (!session.numbersWaits()) {
      deliver(reply);
    }
  }

  /**
   * Tells the client which of its waits with numbers have ended, while the reply buffer has no
   * owner. It does not throw.
   */
  void deliverNumberedEnds() {
    if (closed || finished || !session.numbersWaits()) {
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
      lost();
    }
  }

  /** The reply buffer holds replies for this connection, until {@link #rearm}. */
  void hold() {
    repliesHeld = true;
  }

  /** Decides what this connection waits for next. The loop calls it after each delivery. */
  void rearm() {
    repliesHeld = false;
    next();
  }
}
