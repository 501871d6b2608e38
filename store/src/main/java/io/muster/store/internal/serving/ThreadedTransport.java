package io.muster.store.internal.serving;

import io.muster.store.internal.wire.ByteSink;
import io.muster.store.internal.wire.Reply;
import io.muster.store.internal.wire.WireException;
import io.muster.store.internal.wire.WireOutput;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
  private static final int READ_BUFFER = 16 * 1024;
  private static final int REPLY_BUFFER = 32 * 1024;

  /** From so many unsent bytes on, no further request is served before they are sent. */
  private static final int ENOUGH_UNSENT = 64 * 1024;

  /**
   * The most bytes handed to the system at once; the JDK copies them, and keeps the copy's room.
   */
  private static final int WRITE_SLICE = 64 * 1024;

  private final ServerState state;
  private final Complaints complaints = new Complaints();
  private final ReentrantLock lock = new ReentrantLock();
  private final ExecutorService threads = Threads.perTask("muster-store");
  private final List<ServerSocketChannel> listeners = new ArrayList<>();
  private final List<InetSocketAddress> addresses = new ArrayList<>();
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /** The output of whoever holds the lock, and where it leads. */
  private final WireOutput replies = new WireOutput(new CurrentConnection(), REPLY_BUFFER);

  private @Nullable Connection current;

  private ThreadedTransport(ServingLimits limits) {
    this.state = new ServerState(limits);
  }

  /**
   * Listens, and serves from now on.
   *
   * @throws IOException if it cannot listen
   * @throws UnsupportedOperationException if it is to listen on a descriptor
   */
  public static ThreadedTransport start(Listening listening, ServingLimits limits)
      throws IOException {
    ThreadedTransport transport = new ThreadedTransport(limits);
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
    return List.copyOf(addresses);
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

  @Override
  public void close() {
    closed = true;
    listeners.forEach(Closing::quietly);
    connections.forEach(connection -> Closing.quietly(connection.socket));
    threads.shutdown();
    Threads.join(threads);
  }

  private void listen(Listening listening) throws IOException {
    if (listening instanceof Listening.OnAddresses on) {
      listeners.addAll(ListenChannels.open(on));
    } else if (listening instanceof Listening.OnChannel on) {
      on.channel().configureBlocking(true);
      listeners.add(on.channel());
    } else if (listening instanceof Listening.OnDescriptor on) {
      throw new UnsupportedOperationException(
          "the threaded backend cannot listen on descriptor "
              + on.descriptor()
              + ": the JDK makes no socket of one; use the event loop, or a ServerSocketChannel");
    }
    for (ServerSocketChannel listener : listeners) {
      addresses.add((InetSocketAddress) listener.getLocalAddress());
      threads.execute(() -> accept(listener));
    }
  }

  private void accept(ServerSocketChannel listener) {
    while (!closed) {
      try {
        begin(listener.accept().socket());
      } catch (Throwable e) {
        // Too many open files, or no room for one more thread: the next may find room again.
        if (!closed && listener.isOpen()) {
          complaints.aboutAccepting(e);
          Threads.pause();
        }
      }
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
        connections.remove(connection);
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

  /** Collects what the session being served replies. */
  private final class CurrentConnection implements ByteSink {
    @Override
    public void write(byte[] bytes, int offset, int length) {
      writeImmutable(java.util.Arrays.copyOfRange(bytes, offset, offset + length));
    }

    @Override
    public void writeImmutable(byte[] bytes) {
      Connection connection = current;
      if (connection == null) {
        throw new IllegalStateException("no session is being served");
      }
      connection.unsent.add(bytes);
      connection.unsentBytes += bytes.length;
    }
  }

  /** One connection. Its own thread reads, serves, and writes its replies before it reads on. */
  private final class Connection implements Runnable, Outlet {
    private final Socket socket;
    private final Session session = new Session(state, this);
    private final Condition sent = lock.newCondition();

    /** Guarded by the lock. */
    private List<byte[]> unsent = new ArrayList<>();

    /** The bytes of {@link #unsent}. Guarded by the lock. */
    private long unsentBytes;

    /** Whether a thread is writing; it goes on until nothing is unsent. Guarded by the lock. */
    private boolean sending;

    Connection(Socket socket) {
      this.socket = socket;
    }

    @Override
    public void run() {
      boolean admitted = locked(state::connected);
      try (socket) {
        if (admitted) {
          socket.setTcpNoDelay(true);
          socket.setKeepAlive(true);
          converse();
        } else {
          complaints.about(
              socket.getRemoteSocketAddress(),
              "all " + state.limits.connections() + " connections are taken");
        }
      } catch (WireException e) {
        broken(e);
      } catch (IOException e) {
        // The client has gone; there is nobody to tell.
        return;
      } catch (Throwable e) {
        broken(e);
      } finally {
        connections.remove(this);
        if (admitted) {
          locked(
              () -> {
                session.close();
                state.disconnected();
                return true;
              });
        }
      }
    }

    private void broken(Throwable reason) {
      complaints.about(socket.getRemoteSocketAddress(), reason);
      locked(
          () -> {
            state.broken();
            return true;
          });
    }

    private void converse() throws IOException {
      InputStream in = socket.getInputStream();
      ByteBuffer buffer = ByteBuffer.allocate(READ_BUFFER);
      while (true) {
        int read = in.read(buffer.array());
        if (read < 0) {
          return;
        }
        buffer.clear().limit(read);
        boolean more = true;
        while (more) {
          try {
            more = serve(buffer);
          } finally {
            sendAll();
          }
        }
      }
    }

    /** Serves what is in {@code in}; false if all of it is. */
    private boolean serve(ByteBuffer in) throws IOException {
      lock.lock();
      current = this;
      try {
        boolean more = true;
        while (more && unsentBytes + replies.pending() < ENOUGH_UNSENT) {
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
      lock.lock();
      try {
        while (sending) {
          sent.awaitUninterruptibly();
        }
        sending = true;
        OutputStream out = socket.getOutputStream();
        while (!unsent.isEmpty()) {
          List<byte[]> batch = unsent;
          unsent = new ArrayList<>();
          unsentBytes = 0;
          lock.unlock();
          try {
            for (byte[] bytes : batch) {
              write(bytes, out);
            }
          } finally {
            lock.lock();
          }
        }
      } finally {
        sending = false;
        sent.signalAll();
        lock.unlock();
      }
    }

    private static void write(byte[] bytes, OutputStream out) throws IOException {
      for (int from = 0; from < bytes.length; from += WRITE_SLICE) {
        out.write(bytes, from, Math.min(WRITE_SLICE, bytes.length - from));
      }
    }

    @Override
    public WireOutput replies() {
      return replies;
    }

    /** Another session's thread is here: the byte is written by a thread that may block. */
    @Override
    public void endWait() {
      unsent.add(new byte[] {Reply.STOP_WAITING});
      unsentBytes++;
      if (sending) {
        return;
      }
      try {
        threads.execute(this::sendAllOrClose);
      } catch (RejectedExecutionException | OutOfMemoryError e) {
        // The server is closing, or has no room for a thread: the client that is being served must
        // not suffer for this one.
        Closing.quietly(socket);
      }
    }

    private void sendAllOrClose() {
      try {
        sendAll();
      } catch (IOException | RuntimeException e) {
        Closing.quietly(socket);
      }
    }
  }
}
