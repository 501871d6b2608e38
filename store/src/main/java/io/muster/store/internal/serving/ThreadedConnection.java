package io.muster.store.internal.serving;

import io.muster.store.internal.wire.ByteSink;
import io.muster.store.internal.wire.LimitException;
import io.muster.store.internal.wire.Reply;
import io.muster.store.internal.wire.WireException;
import io.muster.store.internal.wire.WireOutput;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One client connection of the threaded backend. Its own thread reads, serves, and writes the
 * replies before it reads on. Nothing is read or written while the lock of the state is held.
 */
final class ThreadedConnection implements Runnable, ReplySink, ByteSink {
  private static final byte[] STOP_WAITING = {Reply.STOP_WAITING};

  /** The size of the first read buffer. Most clients wait, or send little. */
  private static final int IDLE_BUFFER = 1024;

  private static final int READ_BUFFER = 16 * 1024;

  /** With at least this many unsent bytes, no request is served until they are sent. */
  private static final int ENOUGH_UNSENT = 64 * 1024;

  /** The most bytes per write. The JDK copies them to a direct buffer, which it keeps. */
  private static final int WRITE_SLICE = 64 * 1024;

  /** A piece of a reply. */
  private static final class Unsent {
    private static final int OVERHEAD = 64;

    final byte[] bytes;
    final int offset;
    final int length;

    Unsent(byte[] bytes, int offset, int length) {
      this.bytes = bytes;
      this.offset = offset;
      this.length = length;
    }

    /** Heap bytes that are counted. A piece of a longer array is a part of stored data. */
    int held() {
      return bytes.length == length ? OVERHEAD + length : OVERHEAD;
    }
  }

  private final Socket socket;
  private final AcceptedOptions options;
  private final RateLimitedLog log;
  private final Executor threads;
  private final GuardedState guarded;
  private final ServerState state;
  private final ReentrantLock lock;
  private final Session session;
  private final Condition sent;

  /** Guarded by the lock. */
  private List<Unsent> unsent = new ArrayList<>();

  /** The bytes of {@link #unsent}. Guarded by the lock. */
  private long unsentBytes;

  /** The bytes counted for {@link #unsent} and the current write. Guarded by the lock. */
  private long held;

  /** Whether the client was disconnected to free its memory. Guarded by the lock. */
  private boolean evicted;

  /** The bytes to send before the socket is closed. Guarded by the lock. */
  private byte[] refusal = {};

  /** Whether a thread is writing; it goes on until nothing is unsent. Guarded by the lock. */
  private boolean sending;

  /** Whether a thread was asked for that will send. Guarded by the lock. */
  private boolean sendingSoon;

  /**
   * A connection that {@link #run} is to serve.
   *
   * @param threads run tasks that may block, each on a thread of its own
   */
  ThreadedConnection(
      Socket socket,
      GuardedState guarded,
      AcceptedOptions options,
      RateLimitedLog log,
      Executor threads) {
    this.socket = socket;
    this.options = options;
    this.log = log;
    this.threads = threads;
    this.guarded = guarded;
    this.state = guarded.state;
    this.lock = guarded.lock;
    this.session = new Session(state, this);
    this.sent = lock.newCondition();
  }

  /** Closes the socket, upon which {@link #run} returns. */
  void closeSocket() {
    Closing.quietly(socket);
  }

  @Override
  public void run() {
    boolean admitted = false;
    try {
      String noRoom = admit();
      if (noRoom == null) {
        admitted = true;
        options.set(socket.getChannel());
        converse();
      } else {
        log.disconnecting(socket, noRoom);
      }
    } catch (WireException e) {
      broken(e);
    } catch (IOException e) {
      // The client has disconnected.
      return;
    } catch (Throwable e) {
      broken(e);
    } finally {
      end(admitted);
    }
  }

  private @Nullable String admit() {
    lock.lock();
    try {
      return state.admit();
    } finally {
      lock.unlock();
    }
  }

  private void broken(Throwable reason) {
    state.lastResort.relieve(reason);
    log.disconnecting(socket, reason);
    lock.lock();
    try {
      state.countBroken();
    } finally {
      lock.unlock();
    }
  }

  /** Ends the session of the client, whatever fails. */
  private void end(boolean admitted) {
    try {
      if (admitted) {
        forget();
      }
      sendRefusal();
    } finally {
      closeSocket();
    }
  }

  private void forget() {
    guarded.lockSurely();
    try {
      session.close();
    } catch (Throwable e) {
      state.lastResort.relieve(e);
      log.serverFailed(e);
    } finally {
      state.disconnected();
      lock.unlock();
    }
  }

  private void converse() throws IOException {
    InputStream in = socket.getInputStream();
    byte[] idle = new byte[IDLE_BUFFER];
    byte[] buffer = idle;
    while (true) {
      int read = in.read(buffer);
      if (read < 0) {
        return;
      }
      ByteBuffer input = ByteBuffer.wrap(buffer, 0, read);
      if (read == buffer.length) {
        // More is coming, probably.
        buffer = read == IDLE_BUFFER ? new byte[READ_BUFFER] : buffer;
      } else {
        buffer = idle;
      }
      boolean more = true;
      while (more) {
        try {
          more = serveTurn(input);
        } finally {
          sendAll();
        }
      }
    }
  }

  private boolean serveTurn(ByteBuffer in) throws IOException {
    if (!session.hasLargeRequest()) {
      return serve(in);
    }
    guarded.largeRequests.lock();
    try {
      return serve(in);
    } finally {
      guarded.largeRequests.unlock();
    }
  }

  /** Serves what is in {@code in} for a turn; false if all of it is. */
  private boolean serve(ByteBuffer in) throws IOException {
    lock.lock();
    if (evicted) {
      lock.unlock();
      throw new ClosedChannelException();
    }
    guarded.beginReplies(this);
    try {
      session.beginTurn();
      boolean more = session.serveNext(in);
      while (more
          && !session.isTurnOver()
          && unsentBytes + guarded.replies.pending() < ENOUGH_UNSENT) {
        more = session.serveNext(in);
      }
      return more;
    } finally {
      try {
        guarded.endReplies();
      } finally {
        lock.unlock();
      }
    }
  }

  /** Writes the unsent bytes, or waits until the thread that is writing has written them. */
  private void sendAll() throws IOException {
    guarded.lockSurely();
    try {
      while (sending) {
        sent.awaitUninterruptibly();
      }
      sending = true;
      sendingSoon = false;
      try {
        writeUnsent();
      } finally {
        sending = false;
        sent.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  private void writeUnsent() throws IOException {
    OutputStream out = socket.getOutputStream();
    while (addEnds() || !unsent.isEmpty()) {
      List<Unsent> batch = unsent;
      unsent = new ArrayList<>();
      unsentBytes = 0;
      long written = held;
      lock.unlock();
      try {
        for (int i = 0; i < batch.size(); i++) {
          Unsent piece = batch.get(i);
          write(piece.bytes, piece.offset, piece.length, out);
        }
      } finally {
        guarded.lockSurely();
      }
      if (!evicted) {
        held -= written;
        session.transfer().giveBack(written);
      }
    }
    session.sent();
  }

  /** Adds the replies for ended waits with numbers. */
  private boolean addEnds() throws LimitException {
    byte[] ends = session.takeEnds();
    if (ends.length > 0) {
      add(new Unsent(ends, 0, ends.length));
    }
    return ends.length > 0;
  }

  private static void write(byte[] bytes, int offset, int length, OutputStream out)
      throws IOException {
    for (int from = 0; from < length; from += WRITE_SLICE) {
      out.write(bytes, offset + from, Math.min(WRITE_SLICE, length - from));
    }
  }

  /** Adds bytes that the session has replied. The lock is held. */
  @Override
  public void write(byte[] bytes, int offset, int length) throws LimitException {
    writeImmutable(Arrays.copyOfRange(bytes, offset, offset + length), 0, length);
  }

  @Override
  public void writeImmutable(byte[] bytes, int offset, int length) throws LimitException {
    add(new Unsent(bytes, offset, length));
  }

  /** Adds a piece of a reply. The lock is held. */
  private void add(Unsent piece) throws LimitException {
    session.transfer().change(piece.held());
    held += piece.held();
    unsent.add(piece);
    unsentBytes += piece.length;
  }

  @Override
  public void evict(LimitException reason) {
    if (evicted) {
      return;
    }
    evicted = true;
    boolean reasonFollows = sendReasonLater(reason);
    unsent.clear();
    unsentBytes = 0;
    held = 0;
    try {
      session.drop();
    } catch (Throwable e) {
      state.lastResort.relieve(e);
      log.serverFailed(e);
    }
    state.countBroken();
    log.disconnecting(socket, reason);
    if (!reasonFollows) {
      closeSocket();
    }
  }

  /**
   * Has the connection's thread send the reason and close the socket, if the client understands the
   * reason and it would not be in the middle of replies.
   */
  private boolean sendReasonLater(LimitException reason) {
    if (sending || sendingSoon || !unsent.isEmpty()) {
      return false;
    }
    try {
      refusal = session.refusal(reason);
      if (refusal.length > 0) {
        // The thread may be waiting for input, and reads the end of it.
        socket.shutdownInput();
      }
      return refusal.length > 0;
    } catch (Throwable e) {
      state.lastResort.relieve(e);
      return false;
    }
  }

  /** Sends the reason for which the client is disconnected, if there is one. */
  private void sendRefusal() {
    guarded.lockSurely();
    byte[] bytes = refusal;
    lock.unlock();
    if (bytes.length > 0) {
      try {
        socket.getOutputStream().write(bytes);
      } catch (Throwable e) {
        // The client learns only that the connection was closed.
        state.lastResort.relieve(e);
      }
    }
  }

  /** The log of this backend applies each command at once. */
  @Override
  public void committed() {
    throw new IllegalStateException("no command is awaited");
  }

  @Override
  public boolean copiesReplies() {
    return false;
  }

  @Override
  public WireOutput replies() {
    return guarded.replies;
  }

  /** Another session's thread is here: the byte is written by a thread that may block. */
  @Override
  public void sendWakeup() {
    try {
      if (!session.numbersWaits()) {
        add(new Unsent(STOP_WAITING, 0, 1));
      }
      if (sending || sendingSoon) {
        return;
      }
      threads.execute(this::sendAllOrClose);
      sendingSoon = true;
    } catch (Throwable e) {
      // The server is closing, or has no room for a thread: the client that is being served must
      // not suffer for this one.
      closeSocket();
    }
  }

  private void sendAllOrClose() {
    try {
      sendAll();
    } catch (Throwable e) {
      state.lastResort.relieve(e);
      closeSocket();
    }
  }
}
