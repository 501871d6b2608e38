package io.muster.store.internal.client;

import io.muster.store.internal.wire.Hello;
import io.muster.store.internal.wire.Reply;
import io.muster.store.internal.wire.WireException;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One connection for the waits of many threads, to a server that supports numbered waits. A
 * dedicated thread reads the replies, so a wait costs neither a socket nor a platform thread. A
 * {@link SideConnection} has a lower latency, by one thread switch. The connection closes after it
 * was idle for a while, and its thread then ends.
 */
final class SharedWaits implements Closeable {
  /** The maximum number of waits that share a connection. */
  static final int MAX_WAITS = 2048;

  /** A wait for more keys, or more bytes of keys, uses a connection of its own. */
  private static final int MAX_KEYS = 8;

  private static final int MAX_KEY_BYTES = 1024;

  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Connector.Connected server;
  private final Connection connection = new Connection();

  /** The waits in progress, by number. */
  private final Map<Long, CompletableFuture<Integer>> waiting = new ConcurrentHashMap<>();

  /** Held while writing. Waits are numbered in the order in which they are written. */
  private final ReentrantLock writing = new ReentrantLock();

  /** The numbers of waits that have ended and whose END_WAIT is not sent yet. */
  private final Queue<Long> ended = new ConcurrentLinkedQueue<>();

  private boolean connected;
  private long nextNumber;

  /** Why no further wait can begin. */
  private volatile @Nullable IOException failure;

  /** The number of threads that use this. Guarded by this object, like the fields below. */
  private int users;

  private boolean closed;
  private @Nullable ScheduledFuture<?> closing;

  SharedWaits(Connector.Connected server) {
    this.server = server;
  }

  /** Whether the server supports numbered waits, and these keys are few and short enough. */
  static boolean suits(Connector.Connected server, List<byte[]> keys) {
    Hello hello = server.greeting().hello();
    if (hello == null || !hello.isOn(Hello.NUMBERED_WAITS) || keys.size() > MAX_KEYS) {
      return false;
    }
    int bytes = 0;
    for (byte[] key : keys) {
      bytes += key.length;
    }
    return bytes <= MAX_KEY_BYTES;
  }

  /** How a wait ended. */
  enum Outcome {
    COMPLETED,
    TIMED_OUT,
    /** The server refused this wait; other waits continue. */
    REFUSED,
    /** The connection was lost before this wait began. */
    NOT_STARTED
  }

  /** Pops the item that completed a wait, before the server is told that the wait has ended. */
  interface ItemPop {
    void run() throws IOException;
  }

  /**
   * Adds the caller as a user, which must {@link #leave}; false if the connection is full or
   * closed.
   */
  synchronized boolean enter() {
    if (closed || failure != null || users >= MAX_WAITS) {
      return false;
    }
    users++;
    stopClosing();
    return true;
  }

  synchronized void leave() {
    users--;
    if (users == 0 && !closed) {
      closing =
          DeadlineScheduler.EXECUTOR.schedule(this::closeIfIdle, IDLE_NANOS, TimeUnit.NANOSECONDS);
    }
  }

  private synchronized void closeIfIdle() {
    if (users == 0) {
      close();
    }
  }

  private void stopClosing() {
    if (closing != null) {
      closing.cancel(false);
      closing = null;
    }
  }

  synchronized boolean isClosed() {
    return closed || failure != null;
  }

  /**
   * Waits and, for an item of a queue, pops it.
   *
   * @param pop null unless the wait is for an item
   * @return {@link Outcome#TIMED_OUT} only if the server has confirmed that it removed the wait
   * @throws CallTimeoutException if the server did not reply in time; it learns of the end as soon
   *     as it reads again
   * @throws CallInterruptedException if the thread is interrupted; the wait is then withdrawn
   */
  Outcome await(RequestWriter wait, long nanos, @Nullable ItemPop pop) throws IOException {
    long start = System.nanoTime();
    CompletableFuture<Integer> end = new CompletableFuture<>();
    long number = begin(wait, Math.max(nanos, CallGuard.CONFIRM_NANOS), end);
    if (number < 0) {
      return Outcome.NOT_STARTED;
    }
    try {
      sendEnded();
      Outcome outcome = awaitEnd(number, end, left(start, nanos));
      if (outcome == Outcome.COMPLETED && pop != null) {
        take(number, pop);
      }
      return outcome;
    } finally {
      waiting.remove(number);
    }
  }

  private Outcome awaitEnd(long number, CompletableFuture<Integer> end, long nanos)
      throws IOException {
    try {
      return outcome(end, nanos);
    } catch (TimeoutException e) {
      return withdraw(number, end);
    } catch (InterruptedException e) {
      try {
        Outcome outcome = withdraw(number, end);
        if (outcome == Outcome.TIMED_OUT) {
          throw new CallInterruptedException(e);
        }
        return outcome;
      } catch (CallTimeoutException late) {
        throw new CallInterruptedException(late);
      } finally {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static long left(long start, long nanos) {
    return nanos == Long.MAX_VALUE ? nanos : nanos - (System.nanoTime() - start);
  }

  /** Returns the number of the wait, or -1 if the connection was already lost. */
  private long begin(RequestWriter wait, long nanos, CompletableFuture<Integer> end)
      throws IOException {
    lock(nanos);
    try {
      if (failure != null) {
        return -1;
      }
      connect(nanos);
      long number = nextNumber++;
      waiting.put(number, end);
      try {
        write(nanos, wait);
        // The reader may have failed before this wait was registered.
        IOException lost = failure;
        if (lost != null) {
          end.completeExceptionally(lost);
        }
      } catch (Throwable e) {
        waiting.remove(number);
        throw e;
      }
      return number;
    } finally {
      writing.unlock();
    }
  }

  private void lock(long nanos) throws IOException {
    try {
      if (!writing.tryLock() && !writing.tryLock(nanos, TimeUnit.NANOSECONDS)) {
        throw new CallTimeoutException("other waits kept the connection busy", null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CallInterruptedException(e);
    }
  }

  private void connect(long nanos) throws IOException {
    if (connected) {
      return;
    }
    try {
      boolean unused =
          UninterruptibleIo.run(
              () ->
                  connection.call(
                      nanos,
                      c -> {
                        c.connect(server.address(), nanos);
                        c.requests().validate();
                        c.sendHello(Hello.REFUSALS, Hello.NUMBERED_WAITS);
                        c.flush();
                        requireSame(c.readHello());
                        return true;
                      }),
              () -> connection.guard().interrupt());
      Thread reader = new Thread(this::read, "muster-store-waits");
      reader.setDaemon(true);
      reader.start();
      connected = true;
    } catch (IOException e) {
      fail(e);
      throw e;
    } catch (Throwable e) {
      fail(new IOException("connecting for waits failed: " + e, e));
      throw e;
    }
  }

  private void requireSame(Hello hello) throws IOException {
    Handshake.Greeting greeting = new Handshake.Greeting(server.server(), hello);
    if (!server.greeting().mayBeOfSame(greeting) || !hello.isOn(Hello.NUMBERED_WAITS)) {
      throw new IOException("another server listens on " + server.address() + " now");
    }
  }

  /**
   * Pops the item that completed a wait. The server wakes no other waiter for this item until it
   * learns that the wait has ended. If the pop succeeded, the next request can carry that.
   */
  private void take(long number, ItemPop pop) throws IOException {
    boolean taken = false;
    try {
      pop.run();
      taken = true;
    } finally {
      ended.add(number);
      if (!taken) {
        sendEnded();
      }
    }
  }

  /**
   * Tells the server which waits have ended. If another thread is writing, that thread does it
   * afterwards.
   */
  private void sendEnded() {
    // An interrupt must not close the connection, which other threads use.
    boolean interrupted = Thread.interrupted();
    try {
      while (!ended.isEmpty() && writing.tryLock()) {
        try {
          write(CallGuard.CONFIRM_NANOS, requests -> {});
        } finally {
          writing.unlock();
        }
      }
    } catch (IOException e) {
      // The connection is closed, which ends its waits.
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Writes which waits have ended, and then {@code request}. */
  private void write(long nanos, RequestWriter request) throws IOException {
    boolean unused =
        UninterruptibleIo.run(
            () ->
                connection.writeConcurrently(
                    nanos,
                    c -> {
                      for (Long over = ended.poll(); over != null; over = ended.poll()) {
                        c.requests().endWait(over);
                      }
                      request.writeTo(c.requests());
                      c.flush();
                      return true;
                    }),
            () -> {
              // The write ends soon by itself, and an incomplete request would end the waits of
              // others.
            });
  }

  private static Outcome outcome(CompletableFuture<Integer> end, long nanos)
      throws IOException, InterruptedException, TimeoutException {
    try {
      int reply = nanos == Long.MAX_VALUE ? end.get() : end.get(nanos, TimeUnit.NANOSECONDS);
      return switch (reply) {
        case Reply.STOP_WAITING -> Outcome.COMPLETED;
        case Reply.WAIT_CANCELED -> Outcome.TIMED_OUT;
        case Reply.WAIT_REFUSED -> Outcome.REFUSED;
        default -> throw new WireException("unexpected reply " + reply + " to a wait");
      };
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      throw new IOException(cause == null ? e.getMessage() : cause.getMessage(), e);
    }
  }

  /** Tells the server that a wait has ended, and waits for the confirmation. */
  private Outcome withdraw(long number, CompletableFuture<Integer> end) throws IOException {
    ended.add(number);
    boolean told = false;
    boolean interrupted = Thread.interrupted();
    long start = System.nanoTime();
    try {
      while (true) {
        long left = left(start, CallGuard.CONFIRM_NANOS);
        try {
          if (!told && writing.tryLock(left, TimeUnit.NANOSECONDS)) {
            told = true;
            try {
              write(CallGuard.CONFIRM_NANOS, requests -> {});
            } finally {
              writing.unlock();
            }
            sendEnded();
          }
          return outcome(end, left);
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (TimeoutException e) {
          throw new CallTimeoutException("the server did not reply in time", null);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void read() {
    try {
      boolean unused =
          connection.call(
              Long.MAX_VALUE,
              c -> {
                while (true) {
                  int reply = c.replies().getByte();
                  CompletableFuture<Integer> end = waiting.remove(c.replies().getNumber());
                  if (end != null) {
                    end.complete(reply);
                  }
                }
              });
    } catch (IOException e) {
      fail(e);
    } catch (Throwable e) {
      fail(new IOException("the reader of waits failed: " + e, e));
    }
  }

  private void fail(IOException e) {
    failure = e;
    waiting.values().forEach(end -> end.completeExceptionally(e));
    connection.close();
  }

  /** Ends all waits. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      stopClosing();
    }
    connection.close();
  }
}
