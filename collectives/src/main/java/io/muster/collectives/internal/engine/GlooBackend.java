package io.muster.collectives.internal.engine;

import io.muster.collectives.CollectiveException;
import io.muster.collectives.CollectiveTimeoutException;
import io.muster.collectives.internal.memory.ScratchMemory;
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
 * The state of a group on this rank: its connections, threads, and scratch memory, the number of
 * collectives called, the operations in flight, and whether the group is usable. Thread-safe.
 */
final class GlooBackend {
  /** How many asynchronous collectives run at a time. PyTorch has as many threads. */
  private static final int THREADS = 2;

  /** How many callbacks of the caller run at a time. */
  private static final int CALLBACK_THREADS = 16;

  private static final long IDLE_SECONDS = 10;

  /** How long {@link #close} waits until asynchronous sends have been received. */
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
   * Runs the caller's actions after operations. They may wait for other operations, so they must
   * not occupy the threads that run those.
   */
  private final ThreadPoolExecutor callbacks;

  /**
   * Asynchronous sends that are in flight, or whose failure the caller has not learned of. Guarded
   * by this.
   */
  private final Set<MessageWork> sends = new LinkedHashSet<>();

  private final AtomicReference<@Nullable CollectiveException> failure = new AtomicReference<>();

  /** The number of calls that {@link #close} waits for. Guarded by this. */
  private int active;

  /** Guarded by this. */
  private boolean closed;

  /**
   * The state of an open group.
   *
   * @param meshes one per network interface, which collectives use in turn; closed with the group
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

  /** The connections that the operation with a tag uses. */
  Mesh mesh(int tag) {
    return meshes.get(Integer.remainderUnsigned(tag, meshes.size()));
  }

  /** Takes the next {@code tags} tags in the order of calls, and returns the first. */
  int nextTag(int tags) {
    return calls.getAndAdd(tags);
  }

  /**
   * Runs an action on the calling thread. {@link #close} waits for it.
   *
   * @throws IllegalStateException if the group is closed
   */
  void whileOpen(Runnable action) {
    enter();
    try {
      action.run();
    } finally {
      leave();
    }
  }

  /**
   * Runs an action on a thread of the group. {@link #close} waits for it.
   *
   * @throws IllegalStateException if the group is closed
   */
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

  /** Runs an action of the caller, which may block, on a thread that operations do not need. */
  void executeCallback(Runnable action) {
    try {
      callbacks.execute(action);
    } catch (RejectedExecutionException e) {
      // The group is closed, and with it the pool.
      newThread(action).start();
    } catch (OutOfMemoryError e) {
      // No thread can be started, and the caller waits for the action.
      action.run();
    }
  }

  /**
   * Notes that an asynchronous send has started. The caller may never wait for it.
   *
   * @throws IllegalStateException if the group is closed
   */
  synchronized void sending(MessageWork send) {
    requireOpen();
    sends.add(send);
  }

  /**
   * Notes that an asynchronous send is over.
   *
   * @param reported whether it was successful, or the caller has learned of its failure
   */
  synchronized void sendEnded(MessageWork send, boolean reported) {
    if (reported) {
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
   * Checks that the group is open.
   *
   * @throws IllegalStateException if it is closed
   */
  synchronized void requireOpen() {
    if (closed) {
      throw new IllegalStateException(this + " is closed");
    }
  }

  /**
   * Checks an argument that must be a rank in the group.
   *
   * @param what the name of the parameter
   */
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

  /**
   * Checks that no operation has failed.
   *
   * @param description names the operation that is about to start
   * @throws CollectiveException if the group is unusable
   */
  void requireUsable(String description, String method) {
    CollectiveException earlier = failure.get();
    if (earlier != null) {
      throw new CollectiveException(
          String.format(
              Locale.ROOT,
              "%s on %s failed: an earlier failure has made the group unusable: %s",
              description,
              this,
              earlier.getMessage()),
          method,
          earlier.lostRanks(),
          earlier);
    }
  }

  /** The first failure, which has made the group unusable; null if there is none. */
  @Nullable CollectiveException failure() {
    return failure.get();
  }

  /**
   * Makes the group unusable because of a failure, and closes its connections after the given time.
   * Does nothing if it is unusable already.
   */
  void abort(CollectiveException reason, long nanosFromNow) {
    if (failure.compareAndSet(null, reason)) {
      meshes.forEach(mesh -> mesh.abort(reason.operation() + " failed", nanosFromNow));
    }
  }

  /** Makes the group unusable, and closes its connections now, at the caller's request. */
  void abort() {
    failure.compareAndSet(
        null, new CollectiveException(this + " was aborted", "abort", List.of(), null));
    meshes.forEach(mesh -> mesh.abort("abort() was called", 0));
  }

  /** Aborts the group because a caller waited too long; returns the exception to throw. */
  CollectiveTimeoutException timedOut(Collective collective, Duration timeout) {
    CollectiveTimeoutException timedOut =
        new CollectiveTimeoutException(
            String.format(
                Locale.ROOT, "%s on %s timed out: not done after %s", collective, this, timeout),
            collective.method(),
            timeout,
            List.of());
    abort(timedOut, 0);
    return timedOut;
  }

  /**
   * Refuses new calls, waits for operations in flight, at most for the timeout of the group, and
   * closes the connections.
   *
   * @return false if the group was closed already
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

  /** Waits until asynchronous sends are over, and logs those that are not done. */
  private void awaitSends(long nanos) {
    List<MessageWork> unsent;
    synchronized (this) {
      await(() -> sends.stream().allMatch(MessageWork::isOver), nanos);
      unsent = List.copyOf(sends);
      sends.clear();
    }
    if (!unsent.isEmpty()) {
      LOGGER.log(
          Level.WARNING,
          "{0} was closed, but these messages have not been sent: {1}",
          this,
          unsent);
    }
  }

  /** Waits until a condition holds; called with the monitor held. Returns early if interrupted. */
  private void await(BooleanSupplier condition, long nanos) {
    long start = System.nanoTime();
    try {
      for (long left = nanos; !condition.getAsBoolean() && left > 0; ) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
        left = nanos - (System.nanoTime() - start);
      }
    } catch (InterruptedException e) {
      // Closes the group at once.
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "rank %d of %d of group %s", rank, size, name);
  }
}
