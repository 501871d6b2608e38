package io.muster.store;

import io.muster.store.internal.file.FileWatch;
import io.muster.store.internal.keyspace.Key;
import io.muster.store.internal.keyspace.Waiter;
import io.muster.store.internal.keyspace.WaiterRegistry;
import io.muster.store.internal.text.PrintableText;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The threads that are blocked in a {@link FileStore}: which keys they wait for, and which of them
 * is the poller, which reads the file on behalf of all. Guarded by the lock of the store, except
 * for {@link #isPoller}.
 */
final class FileWaits {
  private static final Logger LOGGER = System.getLogger(FileStore.class.getName());

  private final Path path;
  private final WaiterRegistry waiters = new WaiterRegistry();
  private final Set<ThreadWaiter> blocked = new LinkedHashSet<>();
  private @Nullable FileWatch watch;
  private boolean watchFailed;
  private volatile @Nullable ThreadWaiter poller;

  /** No waits. */
  FileWaits(Path path) {
    this.path = path;
  }

  /** Registers the calling thread for the keys; empty if there are no keys to wait for. */
  Optional<ThreadWaiter> register(List<Key> missing) {
    if (missing.isEmpty()) {
      return Optional.empty();
    }
    ThreadWaiter waiter = new ThreadWaiter();
    waiters.registerForValues(waiter, missing);
    blocked.add(waiter);
    if (poller == null) {
      poller = waiter;
    }
    return Optional.of(waiter);
  }

  /** Removes a waiter that no longer blocks. If it is the poller, another one takes over. */
  void unregister(ThreadWaiter waiter) {
    waiters.forget(waiter);
    blocked.remove(waiter);
    if (poller == waiter) {
      poller = blocked.isEmpty() ? null : blocked.iterator().next();
      wakePoller();
    }
  }

  /** Whether a waiter must read the file on behalf of all. */
  boolean isPoller(ThreadWaiter waiter) {
    return poller == waiter;
  }

  /** Wakes the threads whose last missing key has been set. */
  void keyChanged(Key key) {
    waiters.keyChanged(key.bytes());
  }

  /**
   * Wakes the poller whenever the file may have changed, from now on. Has no effect if the system
   * has no watch for it; the poller then relies on its interval.
   */
  void watch() {
    if (watch == null && !watchFailed) {
      try {
        watch = FileWatch.open(path, this::wakePoller);
      } catch (IOException e) {
        watchFailed = true;
        String file = PrintableText.of(path.toString());
        LOGGER.log(Level.DEBUG, () -> "no watch on " + file + "; polling every 10 ms", e);
      }
    }
  }

  private void wakePoller() {
    ThreadWaiter waiter = poller;
    if (waiter != null) {
      waiter.wakeUp();
    }
  }

  /** Wakes all threads, and ends the watch. */
  void close() {
    blocked.forEach(ThreadWaiter::wakeUp);
    if (watch != null) {
      watch.close();
    }
  }

  /** A blocked thread. It parks itself; any thread may wake it. */
  static final class ThreadWaiter extends Waiter {
    private final Thread thread = Thread.currentThread();
    private volatile boolean released;

    private ThreadWaiter() {}

    /** Whether all its keys have been set. */
    boolean isReleased() {
      return released;
    }

    @Override
    protected void released(@Nullable Key queue) {
      released = true;
      wakeUp();
    }

    private void wakeUp() {
      LockSupport.unpark(thread);
    }

    /** Blocks until woken, at most for the given time, and perhaps shorter. */
    void park(long nanos) {
      if (!released) {
        LockSupport.parkNanos(this, nanos);
      }
    }
  }
}
