package io.muster.store.internal.serving;

import io.muster.store.internal.keyspace.ChangeHistory;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Decides how long the latest changes of a job's keys are kept: while clients watch, and for a
 * while after the last of them has disconnected, so that it can resume.
 */
final class JobHistory implements HistoryMemory.Part {
  /** How long changes are kept after the last client that watched has disconnected. */
  static final long GRACE_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final ChangeHistory history;
  private final HistoryMemory memory;
  private final LongSupplier nanoTime;
  private int watchers;
  private long unwatchedSince;

  /** The bytes that the budget counts. */
  private long charged;

  /**
   * Nothing is kept yet.
   *
   * @param nanoTime the time, as {@link System#nanoTime} counts it
   */
  JobHistory(ChangeHistory history, HistoryMemory memory, LongSupplier nanoTime) {
    this.history = history;
    this.memory = memory;
    this.nanoTime = nanoTime;
  }

  /** A client begins to watch, until {@link #watcherLeft}. */
  void watcherJoined() {
    if (!history.isKept()) {
      memory.add(this);
    }
    watchers++;
  }

  /** A client that watched has disconnected. */
  void watcherLeft() {
    watchers--;
    unwatchedSince = nanoTime.getAsLong();
  }

  @Override
  public void setLimit(long bytes) {
    history.keep(bytes);
    charge();
  }

  /** Updates the counted bytes after a request, and drops the changes if it is time. */
  void settle() {
    if (history.isKept()) {
      charge();
      if (watchers == 0) {
        long unused = dropIfUnwatched();
      }
    }
  }

  /**
   * Drops the changes if no client watches and the time for it has come.
   *
   * @return the nanoseconds until then; {@link Long#MAX_VALUE} if nothing is to be dropped
   */
  long dropIfUnwatched() {
    if (watchers > 0 || !history.isKept()) {
      return Long.MAX_VALUE;
    }
    long left = GRACE_NANOS - (nanoTime.getAsLong() - unwatchedSince);
    if (left > 0) {
      return left;
    }
    end();
    return Long.MAX_VALUE;
  }

  /** Drops the changes. */
  void end() {
    history.drop();
    charge();
    memory.remove(this);
  }

  private void charge() {
    memory.budget().adjust(history.bytes() - charged);
    charged = history.bytes();
  }
}
