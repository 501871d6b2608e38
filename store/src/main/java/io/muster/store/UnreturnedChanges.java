package io.muster.store;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/**
 * The changes that a watcher has read and not returned, and its position. Only {@link #revision}
 * may be called while another thread calls a method.
 */
final class UnreturnedChanges {
  private final Queue<Change> changes = new ArrayDeque<>();

  /** The revision up to which all changes were read. */
  private long read;

  private volatile long revision;

  UnreturnedChanges(long revision) {
    this.read = revision;
    this.revision = revision;
  }

  boolean isEmpty() {
    return changes.isEmpty();
  }

  /** The revision after which to read next. */
  long readUpTo() {
    return read;
  }

  /** Adds changes that were read, which are all up to {@code upTo}. None may be left before. */
  void add(List<Change> more, long upTo) {
    read = upTo;
    changes.addAll(more);
    if (changes.isEmpty()) {
      revision = upTo;
    }
  }

  /** Returns the next change, which must exist. */
  Change take() {
    Change taken = changes.remove();
    Change following = changes.peek();
    if (following == null) {
      revision = read;
    } else if (following.revision() > taken.revision()) {
      revision = taken.revision();
    }
    return taken;
  }

  /** The revision up to which all changes were returned. Any thread may call this. */
  long revision() {
    return revision;
  }

  /**
   * Returns the exception of a watcher that continues after {@link #readUpTo} although it has not
   * read all changes.
   *
   * @param after the revision after which it wanted to read
   */
  ChangesMissedException missed(String watcher, long after) {
    return new ChangesMissedException(
        watcher
            + " missed changes: the store does not know all changes after revision "
            + after
            + "; read the keys again, and continue after revision "
            + read,
        read);
  }
}
