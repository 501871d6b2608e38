package io.muster.store.internal.serving;

import io.muster.store.internal.wire.ByteSink;
import io.muster.store.internal.wire.LimitException;
import io.muster.store.internal.wire.Reply;
import io.muster.store.internal.wire.WireException;
import io.muster.store.internal.wire.WireOutput;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Plain sockets, and a thread a connection: a virtual one where the JDK has them. A lock takes the
 * place of the single thread that owns the {@link ServerState}; nothing is read or written while it
 * is held.
 */
public final class ThreadedTransport implements Transport {
  private static final byte[] STOP_WAITING = {Reply.STOP_WAITING};

  /** What is read into until there is more: most clients wait, or send little. */
  private static final int IDLE_BUFFER = 1024;

  private static final int READ_BUFFER = 16 * 1024;
  private static final int REPLY_BUFFER = 32 * 1024;

  /** From so many unsent bytes on, no further request is served before they are sent. */
  private static final int ENOUGH_UNSENT = 64 * 1024;

  /**
   * The most bytes handed to the system at once; the JDK copies them, and keeps the copy's room.
   */
  private static final int WRITE_SLICE = 64 * 1024;

  private final AcceptedOptions options;
  private final ServerState state;
  private final RateLimitedLog log = new RateLimitedLog();
  private final ReentrantLock lock = new ReentrantLock();

  /**
   * Held while a thread waits for the lock to serve a large request, so that other threads wait for
   * at most one large request.
   */
  private final ReentrantLock largeRequests = new ReentrantLock();

  private final ExecutorService threads = Threads.perTask("muster-store");
  private final List<ListenSocket> listeners = new ArrayList<>();
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean closed;
  private volatile boolean failed;

  /** The output of whoever holds the lock, and where it leads. */
  private final WireOutput replies = new WireOutput(new CurrentConnection(), REPLY_BUFFER);

  private @Nullable Connection current;

  private ThreadedTransport(ListenTarget listening, ServingLimits limits) {
    this.options = new AcceptedOptions(listening);
    this.state = new ServerState(limits);
  }

  /**
   * Listens, and serves from now on.
   *
   * @throws IOException if it cannot listen
   * @throws UnsupportedOperationException if it is to listen on a descriptor and this is not Linux
   */
  public static ThreadedTransport start(ListenTarget listening, ServingLimits limits)
      throws IOException {
    ThreadedTransport transport = new ThreadedTransport(listening, limits);
    try {
      transport.listen(listening);
      return transport;
    } catch (IOException | RuntimeException e) {
      transport.close();
      throw e;
    }
  }

  @Override
  public List<InetSocketAddress> addresses() {
    return listeners.stream().map(ListenSocket::address).toList();
  }

  @Override
  public ServingStatistics statistics() {
    if (closed) {
      throw new IllegalStateException("the server is closed");
    }
    return locked(state::statistics);
  }

  private <T> T locked(Supplier<T> task) {
    lock.lock();
    try {
      return task.get();
    } finally {
      lock.unlock();
    }
  }

  /** Takes the lock even if there is no memory to queue for it, where a JDK needs some. */
  private void lockSurely() {
    while (true) {
      try {
        lock.lock();
        return;
      } catch (OutOfMemoryError e) {
        state.lastResort.relieve(e);
        Threads.pause();
      }
    }
  }

  @Override
  public boolean awaitEnd() throws InterruptedException {
    ended.await();
    return !failed;
  }

  @Override
  public void close() {
    closed = true;
    closeSockets();
    threads.shutdown();
    Threads.join(threads);
    ended.countDown();
  }

  private void listen(ListenTarget listening) throws IOException {
    listeners.addAll(ListenSockets.open(listening));
    for (ListenSocket listener : listeners) {
      listener.channel().configureBlocking(true);
    }
    for (ListenSocket listener : listeners) {
      threads.execute(() -> accept(listener.channel()));
    }
  }

  private void accept(ServerSocketChannel listener) {
    while (!closed) {
      try {
        begin(listener.accept().socket());
        state.lastResort.worked();
      } catch (Throwable e) {
        // Too many open files, or no room for one more thread: the next may find room again.
        if (closed || !listener.isOpen()) {
          return;
        }
        boolean hopeless = state.lastResort.failed(e) && e instanceof Error;
        log.acceptFailed(e);
        if (hopeless) {
          endItself();
        } else {
          Threads.pause();
        }
      }
    }
  }

  private void endItself() {
    failed = true;
    closed = true;
    // Going through the connections needs memory, which may be what there is too little of.
    ended.countDown();
    try {
      closeSockets();
    } catch (Throwable e) {
      log.serverFailed(e);
    }
  }

  private void closeSockets() {
    for (ListenSocket listener : listeners) {
      Closing.quietly(listener.channel());
    }
    for (Connection connection : connections) {
      Closing.quietly(connection.socket);
    }
  }

  private void begin(Socket socket) {
    boolean begun = false;
    try {
      Connection connection = new Connection(socket);
      connections.add(connection);
      try {
        threads.execute(connection);
        begun = !closed;
      } catch (Throwable e) {
        boolean unusedRemoved = connections.remove(connection);
        throw e;
      }
    } catch (RejectedExecutionException e) {
      // The server is closing.
      return;
    } finally {
      if (!begun) {
        Closing.quietly(socket);
      }
    }
  }

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

    /** What it takes beside what is stored: a piece of something longer is a piece of a value. */
    int held() {
      return bytes.length == length ? OVERHEAD + length : OVERHEAD;
    }
  }

  /** Collects what the session being served replies. */
  private final class CurrentConnection implements ByteSink {
    @Override
    public void write(byte[] bytes, int offset, int length) throws LimitException {
      writeImmutable(Arrays.copyOfRange(bytes, offset, offset + length), 0, length);
    }

    @Override
    public void writeImmutable(byte[] bytes, int offset, int length) throws LimitException {
      Connection connection = current;
      if (connection == null) {
        throw new IllegalStateException("no session is being served");
      }
      connection.add(new Unsent(bytes, offset, length));
    }
  }

  /** One connection. Its own thread reads, serves, and writes its replies before it reads on. */
  private final class Connection implements Runnable, ReplySink {
    private final Socket socket;
    private final Session session = new Session(state, this);
    private final Condition sent = lock.newCondition();

    /** Guarded by the lock. */
    private List<Unsent> unsent = new ArrayList<>();

    /** The bytes of {@link #unsent}. Guarded by the lock. */
    private long unsentBytes;

    /** What is counted for {@link #unsent} and for what is being written. Guarded by the lock. */
    private long held;

    /** Whether its memory was given to others. Guarded by the lock. */
    private boolean evicted;

    /** What to send before the socket is closed. Guarded by the lock. */
    private byte[] refusal = {};

    /** Whether a thread is writing; it goes on until nothing is unsent. Guarded by the lock. */
    private boolean sending;

    /** Whether a thread was asked for that will send. Guarded by the lock. */
    private boolean sendingSoon;

    Connection(Socket socket) {
      this.socket = socket;
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
        // The client has gone; there is nobody to tell.
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
        return state.connected();
      } finally {
        lock.unlock();
      }
    }

    private void broken(Throwable reason) {
      state.lastResort.relieve(reason);
      log.disconnecting(socket, reason);
      lock.lock();
      try {
        state.broken();
      } finally {
        lock.unlock();
      }
    }

    /** Forgets the client, whatever went wrong. */
    private void end(boolean admitted) {
      try {
        if (admitted) {
          forget();
        }
        sendRefusal();
      } finally {
        Closing.quietly(socket);
        boolean unusedRemoved = connections.remove(this);
      }
    }

    private void forget() {
      lockSurely();
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
      largeRequests.lock();
      try {
        return serve(in);
      } finally {
        largeRequests.unlock();
      }
    }

    /** Serves what is in {@code in} for a turn; false if all of it is. */
    private boolean serve(ByteBuffer in) throws IOException {
      lock.lock();
      if (evicted) {
        lock.unlock();
        throw new ClosedChannelException();
      }
      current = this;
      try {
        session.beginTurn();
        boolean more = session.serveNext(in);
        while (more && !session.isTurnOver() && unsentBytes + replies.pending() < ENOUGH_UNSENT) {
          more = session.serveNext(in);
        }
        return more;
      } finally {
        try {
          replies.flush();
        } finally {
          current = null;
          lock.unlock();
        }
      }
    }

    /** Writes what is unsent, or waits until the thread that is writing has done so. */
    private void sendAll() throws IOException {
      lockSurely();
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
          lockSurely();
        }
        if (!evicted) {
          held -= written;
          session.transfer().giveBack(written);
        }
      }
      session.sent();
    }

    /** Adds what tells which waits with numbers have ended, if there is any. */
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

    /** Adds a piece of a reply. The lock is held. */
    void add(Unsent piece) throws LimitException {
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
      boolean told = tellWhyLater(reason);
      unsent.clear();
      unsentBytes = 0;
      held = 0;
      try {
        session.drop();
      } catch (Throwable e) {
        state.lastResort.relieve(e);
        log.serverFailed(e);
      }
      state.broken();
      log.disconnecting(socket, reason);
      if (!told) {
        Closing.quietly(socket);
      }
    }

    /**
     * Has the connection's thread send the reason and close the socket, if the client understands
     * the reason and it would not be in the middle of replies.
     */
    private boolean tellWhyLater(LimitException reason) {
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

    /** Sends why the client is disconnected, if it is to know. */
    private void sendRefusal() {
      lockSurely();
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

    @Override
    public boolean copiesReplies() {
      return false;
    }

    @Override
    public WireOutput replies() {
      return replies;
    }

    /** Another session's thread is here: the byte is written by a thread that may block. */
    @Override
    public void endWait() {
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
        Closing.quietly(socket);
      }
    }

    private void sendAllOrClose() {
      try {
        sendAll();
      } catch (Throwable e) {
        state.lastResort.relieve(e);
        Closing.quietly(socket);
      }
    }
  }
}
