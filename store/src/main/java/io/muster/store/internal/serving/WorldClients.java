package io.muster.store.internal.serving;

import java.util.function.LongSupplier;

/**
 * Counts the clients of a job's world, and knows when the last one has been gone for so long that
 * the job's keys are to be deleted.
 */
final class WorldClients {
  private final long graceNanos;
  private final LongSupplier nanoTime;
  private int count;

  /** Whether the last one has gone and the keys are not deleted, and since when. */
  private boolean idle;

  private long idleSince;

  /**
   * No clients yet.
   *
   * @param graceNanos how long the last one must have been gone
   */
  WorldClients(long graceNanos, LongSupplier nanoTime) {
    this.graceNanos = graceNanos;
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

  /** The keys are deleted. */
  void cleared() {
    idle = false;
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
