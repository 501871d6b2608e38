package io.muster.collectives.internal.mesh;

import io.muster.store.internal.concurrent.Closeables;
import io.muster.store.internal.concurrent.Uninterruptibles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * The I/O thread of a mesh. It reads from all connections, and writes what the posting threads
 * could not write without blocking.
 *
 * <p>A handler or a task that throws ends the thread. The owner is notified first, and fails all
 * messages that wait for the thread.
 */
final class IoLoop implements AutoCloseable {
  private static final int STAGING_BYTES = 1 << 16;

  /**
   * The number of attempts to notify the owner of a failure. The first may fail for lack of memory.
   */
  private static final int ATTEMPTS = 500;

  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /** Handles a channel that is ready to be read, written, or accepted from. */
  interface Handler {
    void ready(SelectionKey key);
  }

  private record Task(long nanoTime, Runnable action) {}

  private final Consumer<Throwable> whenFailed;
  private final Selector selector = Selector.open();
  private final Queue<Task> added = new ConcurrentLinkedQueue<>();
  private final PriorityQueue<Task> later =
      new PriorityQueue<>(Comparator.comparingLong(Task::nanoTime));
  private final ByteBuffer staging =
      ByteBuffer.allocateDirect(STAGING_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private final Thread thread;
  private volatile boolean closed;

  /**
   * Starts the thread.
   *
   * @param whenFailed called on the thread before an exception or error ends it; called again if it
   *     throws
   */
  IoLoop(String name, Consumer<Throwable> whenFailed) throws IOException {
    this.whenFailed = whenFailed;
    this.thread = new Thread(this::run, name);
    thread.setDaemon(true);
    boolean started = false;
    try {
      thread.start();
      started = true;
    } finally {
      if (!started) {
        Closeables.closeQuietly(selector);
      }
    }
  }

  /** A buffer for bytes whose receive is not known yet; used on the I/O thread only. */
  ByteBuffer staging() {
    return staging;
  }

  /** Registers a non-blocking channel, whose handler is called when it is ready. */
  SelectionKey register(SelectableChannel channel, int operations, Handler handler)
      throws ClosedChannelException {
    SelectionKey key = channel.register(selector, operations, handler);
    wake();
    return key;
  }

  /** Runs an action on the I/O thread after the given time. */
  void schedule(long nanos, Runnable action) {
    added.add(new Task(System.nanoTime() + nanos, action));
    wake();
  }

  /** Makes the I/O thread check its tasks and interest sets again. */
  void wake() {
    if (Thread.currentThread() != thread) {
      selector.wakeup();
    }
  }

  private void run() {
    try {
      while (!closed) {
        selector.select(IoLoop::dispatch, millisToNextTask());
        runTasks();
      }
      // Tasks added last notify callers that their messages have failed.
      runTasks();
    } catch (Throwable e) {
      fail(e);
    } finally {
      closeAll();
    }
  }

  private static void dispatch(SelectionKey key) {
    try {
      ((Handler) key.attachment()).ready(key);
    } catch (CancelledKeyException e) {
      // Another thread has closed the channel meanwhile, and notified all callers.
    }
  }

  private void fail(Throwable cause) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        whenFailed.accept(cause);
        return;
      } catch (Throwable again) {
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  /** The timeout for {@link Selector#select(long)}, where 0 is infinite. */
  private long millisToNextTask() {
    takeAdded();
    Task next = later.peek();
    return next == null
        ? 0
        : Math.max(1, TimeUnit.NANOSECONDS.toMillis(next.nanoTime - System.nanoTime()));
  }

  private void runTasks() {
    takeAdded();
    while (!later.isEmpty() && later.peek().nanoTime - System.nanoTime() <= 0) {
      later.remove().action.run();
    }
  }

  private void takeAdded() {
    for (Task task = added.poll(); task != null; task = added.poll()) {
      later.add(task);
    }
  }

  private void closeAll() {
    if (selector.isOpen()) {
      selector.keys().forEach(key -> Closeables.closeQuietly(key.channel()));
    }
    Closeables.closeQuietly(selector);
  }

  /** Tests close the selector to make the thread fail. */
  Selector selector() {
    return selector;
  }

  /** Closes all channels, and blocks until the thread has ended, even if interrupted. */
  @Override
  public void close() {
    closed = true;
    selector.wakeup();
    if (Thread.currentThread() != thread) {
      Uninterruptibles.await(thread::join);
    }
  }
}
