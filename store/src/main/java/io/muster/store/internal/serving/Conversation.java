package io.muster.store.internal.serving;

import io.muster.store.internal.wire.LimitException;
import io.muster.store.internal.wire.WireException;
import io.muster.store.internal.wire.WireOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One client on an event loop: nothing is read from it for as long as it does not read what it was
 * sent. A turn ends when the client has been sent enough, or enough work was done for it; the next
 * has to wait until others had theirs, so that no client takes more than its share.
 */
final class Conversation implements Poller.Readiness, Outlet {
  /** How often the outbox is sent in one turn. */
  private static final int SENDS_A_TURN = 4;

  private final Link link;
  private final Session session;
  private final ServerState state;
  private final Complaints complaints;
  private final Inbox inbox;
  private final Outbox outbox;
  private final Backlog backlog;
  private final Released released;

  /** What has been read and not served; not null as long as another turn is wanted. */
  private @Nullable ByteBuffer unserved;

  /** What the socket had no room for. */
  private @Nullable ByteBuffer unsent;

  /** Whether the socket had no room for a part of a long reply, which is taken back. */
  private boolean blocked;

  /** What of the two above is counted as held by the client. */
  private int accounted;

  private boolean inputEnded;

  /** Whether nothing is served any more, only what is unsent yet to be sent. */
  private boolean finished;

  /** Whether the next turn, or the end, is in the backlog. */
  private boolean backlogged;

  private boolean closed;

  /** The next one in the {@link Backlog}. */
  @Nullable Conversation followingInBacklog;

  /** What the poller was asked for. */
  private boolean awaitsInput = true;

  private boolean awaitsOutput;

  Conversation(
      Link link,
      ServerState state,
      Complaints complaints,
      Inbox inbox,
      Outbox outbox,
      Backlog backlog,
      Released released) {
    this.link = link;
    this.state = state;
    this.complaints = complaints;
    this.inbox = inbox;
    this.outbox = outbox;
    this.backlog = backlog;
    this.released = released;
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
      if (input && awaitsInput) {
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
    ByteBuffer in = inbox.empty();
    int read = link.read(in);
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
    ByteBuffer buffer = outbox.buffer();
    while (rest.hasRemaining()) {
      int length = Math.min(buffer.clear().remaining(), rest.remaining());
      buffer.put(rest.slice(rest.position(), length)).flip();
      link.write(buffer);
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
    backlogged = false;
    if (closed) {
      return;
    }
    if (isOver()) {
      close();
      return;
    }
    ByteBuffer in = unserved;
    if (in != null && !finished) {
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
    outbox.open(this);
    try {
      session.beginTurn();
      boolean more = session.serveNext(in);
      for (int sends = 0; more && sends < SENDS_A_TURN && !session.isTurnOver() && !isBlocked(); ) {
        if (outbox.isFull()) {
          outbox.send();
          sends++;
        } else {
          more = session.serveNext(in);
        }
      }
      if (more) {
        unserved = in.isDirect() ? ByteBuffer.allocate(in.remaining()).put(in).flip() : in;
      }
      outbox.hold();
    } catch (WireException | RuntimeException | Error e) {
      broken(e);
      outbox.send();
    } finally {
      try {
        outbox.close();
      } finally {
        tellReleased();
      }
    }
  }

  /** Decides what this client waits for. It does not throw. */
  private void next() {
    if (closed || backlogged) {
      return;
    }
    account();
    if (backlogged) {
      return;
    }
    boolean turn = isOver() || (!isBlocked() && unserved != null);
    try {
      await(!turn && !isBlocked(), isBlocked());
    } catch (IOException e) {
      lost();
      turn = true;
    } catch (Throwable e) {
      failed(e);
      turn = true;
    }
    if (turn) {
      backlogged = true;
      backlog.add(this);
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

  private void await(boolean input, boolean output) throws IOException {
    if (input != awaitsInput || output != awaitsOutput) {
      awaitsInput = input;
      awaitsOutput = output;
      link.await(input, output);
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
    complaints.about(link, reason);
  }

  private void drop() {
    accounted = 0;
    try {
      session.drop();
    } catch (Throwable e) {
      state.lastResort.relieve(e);
      complaints.aboutServing(e);
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
    if (isBlocked() || outbox.hasRepliesOf(this)) {
      return;
    }
    try {
      byte[] refusal = session.refusal(reason);
      if (refusal.length > 0) {
        link.write(ByteBuffer.allocateDirect(refusal.length).put(refusal).flip());
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
      link.close();
    } catch (Throwable e) {
      state.lastResort.relieve(e);
      complaints.aboutServing(e);
    }
    try {
      session.close();
    } catch (Throwable e) {
      state.lastResort.relieve(e);
      complaints.aboutServing(e);
    }
    state.disconnected();
    tellReleased();
  }

  @Override
  public WireOutput replies() {
    return outbox.replies();
  }

  /** Sends bytes, and keeps what the socket has no room for. */
  void send(ByteBuffer bytes) throws IOException {
    ByteBuffer before = unsent;
    if (before == null) {
      link.write(bytes);
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

  /** Behind whatever they were replied before. */
  private void tellReleased() {
    if (!released.isEmpty()) {
      outbox.sendHeld();
      released.tell();
    }
  }

  @Override
  public void endWait() {
    released.add(this);
  }

  /**
   * Sends what is due, the end of a wait or replies that were held, and keeps what the socket has
   * no room for. Another thread may do it while the loop waits. It does not throw.
   */
  void tell(ByteBuffer reply) {
    if (closed || finished) {
      return;
    }
    try {
      send(reply);
    } catch (Throwable e) {
      // Only this client may suffer, not the others that are told, nor who has released them.
      lost();
    }
  }

  /** The same for the end of a wait without a number. Ends with numbers are sent later. */
  void tellEnd(ByteBuffer reply) {
    if (!session.numbersWaits()) {
      tell(reply);
    }
  }

  /**
   * Tells the client which of its waits with numbers have ended, while the outbox has no owner. It
   * does not throw.
   */
  void tellNumbers() {
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
      // Only this client may suffer, as above.
      lost();
    }
  }

  /** Decides what is next; to be called by the loop behind any of these. */
  void told() {
    next();
  }
}
