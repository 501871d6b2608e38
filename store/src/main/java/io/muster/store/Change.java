package io.muster.store;

import static java.util.Objects.requireNonNull;

/**
 * A change that a {@link Watcher} returns. Two changes are equal only if they hold the same array
 * object.
 *
 * @param kind what happened
 * @param key the key; empty if the change is {@link Kind#CLEARED}
 * @param value the new value if the change is {@link Kind#SET}, otherwise empty. The caller owns
 *     the array
 * @param revision the revision of the store after the change. Changes of one {@link Store#multiSet}
 *     have the same revision
 */
@SuppressWarnings("ArrayRecordComponent") // documented above
public record Change(Kind kind, String key, byte[] value, long revision) {
  /** What happened to the key. */
  public enum Kind {
    /** The key was set, by any operation that sets a value. */
    SET,

    /** The key was deleted. */
    DELETED,

    /** All keys of the store were deleted. */
    CLEARED
  }

  /**
   * Creates a change.
   *
   * @throws NullPointerException if an argument is null
   */
  public Change {
    requireNonNull(kind, "kind");
    requireNonNull(key, "key");
    requireNonNull(value, "value");
  }
}
