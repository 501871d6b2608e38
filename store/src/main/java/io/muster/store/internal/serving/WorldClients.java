package io.muster.store.internal.serving;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Counts the clients of a job's world, and says when the job's keys are to be deleted because the
 * last of them has disconnected.
 */
final class WorldClients {
  private final ResetWhenIdle policy;
  private final long graceNanos;
  private final LongSupplier nanoTime;
  private int count;

  /** Whether the last client has disconnected and the keys are not deleted yet, and since when. */
  private boolean idle;

  private long idleSince;

  /**
   * No clients yet.
   *
   * @param nanoTime the time, as {@link System#nanoTime} counts it
   */
  WorldClients(ResetWhenIdle policy, LongSupplier nanoTime) {
    boolean fits = policy.grace().compareTo(Duration.ofNanos(Long.MAX_VALUE)) < 0;
    this.policy = policy;
    this.graceNanos = fits ? policy.grace().toNanos() : Long.MAX_VALUE;
    this.nanoTime = nanoTime;
  }

  private void joined() {
    count++;
    idle = false;
  }

  private void left() {
    count--;
    if (count == 0) {
      idle = true;
      idleSince = nanoTime.getAsLong();
    }
  }

  /** Whether the keys are to be deleted at some time if no client joins. */
  boolean isIdle() {
    return idle;
  }

  /** The time until the keys are to be deleted; 0 or less if that is now. */
  long nanosLeft() {
    return graceNanos - (nanoTime.getAsLong() - idleSince);
  }

  /** The keys are deleted. Logs how many they were, unless there were none. */
  void cleared(int keys, RateLimitedLog log) {
    idle = false;
    if (keys > 0) {
      log.info(() -> policy.whenCleared().accept(keys));
    }
  }

  /**
   * Finds out whether one client belongs to the world. It does once it has joined, or has both
   * written and read keys of a group: a tool that shows a world's keys, or restores a copy of them,
   * does only one of both.
   */
  final class Member {
    private boolean belongs;
    private boolean wrote;
    private boolean read;

    /** The client has added to a counter. */
    void added(byte[] key, long delta) {
      if (!belongs && delta > 0) {
        if (WorldKeys.isJoinCounter(key)) {
          join();
        } else {
          wrote(key);
        }
      }
    }

    /** The client has written a key. */
    void wrote(byte[] key) {
      if (!belongs && !wrote && WorldKeys.isGroupKey(key)) {
        wrote = true;
        joinIfBoth();
      }
    }

    /** The client has read a key, or waits for it. */
    void read(byte[] key) {
      if (!belongs && !read && WorldKeys.isGroupKey(key)) {
        read = true;
        joinIfBoth();
      }
    }

    private void joinIfBoth() {
      if (wrote && read) {
        join();
      }
    }

    private void join() {
      belongs = true;
      joined();
    }

    /** The client has disconnected. */
    void close() {
      if (belongs) {
        belongs = false;
        left();
      }
    }
  }
}
