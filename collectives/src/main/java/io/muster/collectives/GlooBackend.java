package io.muster.collectives;

import io.muster.collectives.internal.mesh.Mesh;
import io.muster.store.Deadline;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A rank's place in a group: its connections, how many collectives it has called, its threads, and
 * whether it is still of use.
 */
final class GlooBackend {
  /** As many as PyTorch has; calls begin in their order. */
  private static final int THREADS = 2;

  /** How many of the program's callbacks run at a time. */
  private static final int CALLBACK_THREADS = 16;

  private static final long IDLE_SECONDS = 10;

  /** How long closing waits for the receivers of asynchronous sends that are not awaited. */
  private static final long SEND_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final Logger LOGGER = System.getLogger(GlooBackend.class.getName());

  private final String name;
  private final int rank;
  private final int size;
  private final List<Mesh> meshes;
  private final Duration timeout;
  private final ScratchMemory scratch = new ScratchMemory();
  private final AtomicInteger calls = new AtomicInteger();
  private final ThreadPoolExecutor threads;

  /**
   * Runs what the program does after an operation. It may wait for other operations, so it must not
   * keep the threads that carry them out.
   */
  private final ThreadPoolExecutor callbacks;

  /** Asynchronous sends that have not ended, or whose failure is unreported. Guarded by this. */
  private final Set<MessageWork> sends = new LinkedHashSet<>();

  private final AtomicReference<@Nullable CollectiveException> failure = new AtomicReference<>();
  private int active;
  private boolean closed;

  /**
   * Takes over connections.
   *
   * @param meshes one for each network interface; calls take turns
   */
  GlooBackend(String name, int rank, int size, List<Mesh> meshes, Duration timeout) {
    this.name = name;
    this.rank = rank;
    this.size = size;
    this.meshes = List.copyOf(meshes);
    this.timeout = timeout;
    this.threads = pool(THREADS);
    this.callbacks = pool(CALLBACK_THREADS);
  }

  private ThreadPoolExecutor pool(int size) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            size,
            size,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            this::newThread);
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  private Thread newThread(Runnable task) {
    Thread thread = new Thread(task, "muster-group-" + name + "-rank-" + rank);
    thread.setDaemon(true);
    return thread;
  }

  String name() {
    return name;
  }

  int rank() {
    return rank;
  }

  int size() {
    return size;
  }

  Duration timeout() {
    return timeout;
  }

  ScratchMemory scratch() {
    return scratch;
  }

  /** The connections that the call with a tag uses. */
  Mesh mesh(int tag) {
    return meshes.get(Integer.remainderUnsigned(tag, meshes.size()));
  }

  /** The tag of this call, after which come those of the next calls. */
  int nextTag(int tags) {
    return calls.getAndAdd(tags);
  }

  /** Does something that {@link #close} waits for. */
  void whileOpen(Runnable action) {
    enter();
    try {
      action.run();
    } finally {
      leave();
    }
  }

  /** Does something on a thread of the group, which {@link #close} waits for. */
  void execute(Runnable action) {
    enter();
    boolean accepted = false;
    try {
      threads.execute(
          () -> {
            try {
              action.run();
            } finally {
              leave();
            }
          });
      accepted = true;
    } finally {
      if (!accepted) {
        leave();
      }
    }
  }

  /**
   * Runs what the program does after an operation, which may block, on a thread that nothing else
   * of the group needs.
   */
  void executeCallback(Runnable action) {
    try {
      callbacks.execute(action);
    } catch (RejectedExecutionException e) {
      // The group is closed.
      newThread(action).start();
    } catch (OutOfMemoryError e) {
      // No thread can be started, and somebody waits for what this does.
      action.run();
    }
  }

  /** An asynchronous send has begun, which may never be awaited. */
  synchronized void sending(MessageWork send) {
    requireOpen();
    sends.add(send);
  }

  /** A message has been handed to the network, or has failed. */
  synchronized void sendEnded(MessageWork send, boolean known) {
    if (known) {
      sends.remove(send);
    }
    notifyAll();
  }

  private synchronized void enter() {
    requireOpen();
    active++;
  }

  private synchronized void leave() {
    active--;
    notifyAll();
  }

  /**
   * Refuses a closed group.
   *
   * @throws IllegalStateException if it is closed
   */
  synchronized void requireOpen() {
    if (closed) {
      throw new IllegalStateException(this + " is closed");
    }
  }

  /** Refuses what is no rank of the group. */
  void requireRank(String what, int value) {
    if (value < 0 || value >= size) {
      throw new IndexOutOfBoundsException(
          String.format(
              Locale.ROOT,
              "%s must be a rank of the group, 0 to %d, not %d",
              what,
              size - 1,
              value));
    }
  }

  /** Refuses an operation on a group that has failed. */
  void requireUsable(String what, String operation) {
    CollectiveException earlier = failure.get();
    if (earlier != null) {
      throw new CollectiveException(
          String.format(
              Locale.ROOT,
              "%s on %s cannot be done, since the group is of no use any more: %s",
              what,
              this,
              earlier.getMessage()),
          operation,
          earlier.lostRanks(),
          earlier);
    }
  }

  /** Why the group is unusable; null as long as it is not. */
  @Nullable CollectiveException failure() {
    return failure.get();
  }

  /** Ends the connections, after so many nanoseconds, because something has failed. */
  void abort(CollectiveException reason, long nanosFromNow) {
    if (failure.compareAndSet(null, reason)) {
      meshes.forEach(mesh -> mesh.abort(reason.operation() + " failed", nanosFromNow));
    }
  }

  /** Ends the connections now, because the program says so. */
  void abort() {
    failure.compareAndSet(
        null, new CollectiveException(this + " was ended by abort()", "abort", List.of(), null));
    meshes.forEach(mesh -> mesh.abort("abort() was called", 0));
  }

  /** What to throw when someone has waited too long for a call. */
  CollectiveTimeoutException timedOut(CollectiveCall call, Duration timeout) {
    CollectiveTimeoutException timedOut =
        new CollectiveTimeoutException(
            String.format(
                Locale.ROOT, "%s on %s timed out: not done after %s", call, this, timeout),
            call.operation(),
            timeout,
            List.of());
    abort(timedOut, 0);
    return timedOut;
  }

  /**
   * Waits for what has been called, at most for the timeout of the group, and ends the connections.
   *
   * @return false if it was closed already
   */
  boolean close() {
    synchronized (this) {
      if (closed) {
        return false;
      }
      closed = true;
    }
    long start = System.nanoTime();
    long nanos = Deadline.after(timeout).remainingNanos();
    awaitIdle(nanos);
    awaitSends(Math.min(SEND_NANOS, nanos - (System.nanoTime() - start)));
    meshes.forEach(mesh -> mesh.close(nanos - (System.nanoTime() - start)));
    threads.shutdown();
    callbacks.shutdown();
    return true;
  }

  private synchronized void awaitIdle(long nanos) {
    await(() -> active == 0, nanos);
  }

  /** Waits for asynchronous sends that are not awaited, and logs those that did not end. */
  private void awaitSends(long nanos) {
    List<MessageWork> unsent;
    synchronized (this) {
      await(() -> sends.stream().allMatch(MessageWork::isOver), nanos);
      unsent = List.copyOf(sends);
      sends.clear();
    }
    if (!unsent.isEmpty()) {
      LOGGER.log(
          Level.WARNING, "{0} was closed, but some messages have not been sent: {1}", this, unsent);
    }
  }

  /** With the lock held. */
  private void await(BooleanSupplier condition, long nanos) {
    long start = System.nanoTime();
    try {
      for (long left = nanos; !condition.getAsBoolean() && left > 0; ) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
        left = nanos - (System.nanoTime() - start);
      }
    } catch (InterruptedException e) {
      // Then it closes at once.
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "rank %d of %d of group %s", rank, size, name);
  }
}
