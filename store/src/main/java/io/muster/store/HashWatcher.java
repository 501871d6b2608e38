package io.muster.store;

import io.muster.store.internal.keyspace.ChangeHistory;
import io.muster.store.internal.keyspace.Key;
import io.muster.store.internal.keyspace.Waiter;
import io.muster.store.internal.keyspace.WaiterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A watcher of a {@link HashStore}. The store's lock guards it. */
final class HashWatcher implements Watcher {
  private static final byte[] EMPTY = {};

  private final ReentrantLock lock;
  private final ChangeHistory history;
  private final WaiterRegistry waiters;
  private final byte[] prefix;
  private final String description;
  private final Runnable onClose;
  private final Condition wakeUp;
  private final UnreturnedChanges unreturned;
  private boolean busy;
  private boolean closed;

  /**
   * Begins to watch. The lock is held.
   *
   * @param onClose runs once, with the lock, when the watcher is closed
   */
  HashWatcher(
      ReentrantLock lock,
      ChangeHistory history,
      WaiterRegistry waiters,
      String prefix,
      long revision,
      Runnable onClose) {
    this.lock = lock;
    this.history = history;
    this.waiters = waiters;
    this.prefix = KeyText.bytes(prefix);
    this.description = TcpWatcher.description(prefix, "HashStore");
    this.onClose = onClose;
    this.wakeUp = lock.newCondition();
    this.unreturned = new UnreturnedChanges(revision);
  }

  @Override
  public Optional<Change> next(Duration timeout) {
    Deadline deadline = Deadline.after(timeout);
    lock.lock();
    try {
      if (busy) {
        throw new IllegalStateException("another thread waits for " + description);
      }
      busy = true;
      try {
        requireOpen();
        while (unreturned.isEmpty()) {
          read();
          if (unreturned.isEmpty() && !await(deadline)) {
            return Optional.empty();
          }
        }
        return Optional.of(unreturned.take());
      } finally {
        busy = false;
      }
    } finally {
      lock.unlock();
    }
  }

  private void read() {
    long after = unreturned.readUpTo();
    if (!history.isCompleteAfter(after)) {
      unreturned.add(List.of(), history.revision());
      throw unreturned.missed(description, after);
    }
    ChangeHistory.Changes changes = history.changes(prefix, after, 1);
    unreturned.add(
        changes.changes().stream().map(HashWatcher::change).toList(), changes.revision());
  }

  private static Change change(ChangeHistory.Change change) {
    byte[] key = change.key();
    Object value = change.value();
    if (key == null) {
      return new Change(Change.Kind.CLEARED, "", EMPTY, change.revision());
    }
    return new Change(
        value == null ? Change.Kind.DELETED : Change.Kind.SET,
        KeyText.text(key),
        value == null ? EMPTY : HashStore.copyOf(value),
        change.revision());
  }

  /** Releases the lock until a key with the prefix changes; false if none does in time. */
  private boolean await(Deadline deadline) {
    ChangeWaiter waiter = new ChangeWaiter();
    waiters.registerForChange(waiter, prefix);
    try {
      for (long nanos = deadline.remainingNanos(); !waiter.isOver(); ) {
        if (nanos <= 0) {
          return false;
        }
        nanos = wakeUp.awaitNanos(nanos);
        requireOpen();
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreInterruptedException("interrupted while waiting for " + description);
    } finally {
      waiters.forget(waiter);
      // Nothing that it waits for has changed before.
      unreturned.add(List.of(), waiter.unchangedUntil());
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException(description + " is closed");
    }
  }

  @Override
  public long revision() {
    return unreturned.revision();
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        wakeUp.signalAll();
        onClose.run();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String toString() {
    return description;
  }

  private final class ChangeWaiter extends Waiter {
    private long changedAt;

    @Override
    protected void released(@Nullable Key queue) {
      changedAt = history.revision();
      wakeUp.signalAll();
    }

    /** The revision up to which no key with the prefix has changed. */
    long unchangedUntil() {
      return changedAt > 0 ? changedAt - 1 : history.revision();
    }
  }
}
