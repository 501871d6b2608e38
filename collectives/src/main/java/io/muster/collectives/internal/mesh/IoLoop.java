package io.muster.collectives.internal.mesh;

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
 * The thread that reads from all connections of a mesh, and writes what did not fit at once.
 *
 * <p>A handler or a task that throws ends the thread. The owner is notified first, and fails all
 * operations that wait for the thread.
 */
final class IoLoop implements AutoCloseable {
  private static final int STAGING_BYTES = 1 << 16;

  /** Attempts to notify the owner of a failure; there may be too little memory at first. */
  private static final int ATTEMPTS = 500;

  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /** What is called when a channel can be read from, written to, or accepted from. */
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
        Quietly.close(selector);
      }
    }
  }

  /** Where bytes may be read to that have no place of their own yet; the loop's thread only. */
  ByteBuffer staging() {
    return staging;
  }

  /** Calls the handler when the channel, which does not block, is ready. */
  SelectionKey register(SelectableChannel channel, int operations, Handler handler)
      throws ClosedChannelException {
    SelectionKey key = channel.register(selector, operations, handler);
    wake();
    return key;
  }

  /** Runs something on the loop's thread, not before so many nanoseconds have passed. */
  void schedule(long nanos, Runnable action) {
    added.add(new Task(System.nanoTime() + nanos, action));
    wake();
  }

  /** Makes the loop look again at what it waits for. */
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
      // Tasks that came with the end tell callers that their messages are lost.
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
      // Closed by another thread meanwhile, which has told everyone.
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

  /** As {@link Selector#select(long)} has it: 0 is for ever. */
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
      selector.keys().forEach(key -> Quietly.close(key.channel()));
    }
    Quietly.close(selector);
  }

  /** For tests, which close it to make the thread fail. */
  Selector selector() {
    return selector;
  }

  /** Closes all channels and waits for the thread to end. */
  @Override
  public void close() {
    closed = true;
    selector.wakeup();
    boolean interrupted = false;
    while (thread.isAlive() && Thread.currentThread() != thread) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
