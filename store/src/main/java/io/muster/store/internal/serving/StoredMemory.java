package io.muster.store.internal.serving;

import io.muster.store.internal.keyspace.Keyspace;
import io.muster.store.internal.wire.LimitException;
import java.util.List;

/**
 * Limits the stored data, so that the rest of the heap stays free. A write for which there is no
 * room is refused before it reaches the keyspace. The keyspace's own rules do not depend on the
 * heap, so that servers with other heaps hold the same after the same writes.
 *
 * <p>The last part of the room is kept for clients that have stored little, so that none can take
 * all of it from the others. What a client stores counts only while more than half of the room is
 * taken: otherwise clients whose keys others delete would count as having stored much. A write that
 * takes no more room than what it replaces is always possible.
 */
final class StoredMemory {
  /** The reciprocal of the fraction that is reserved for clients that have stored little. */
  private static final int KEPT_PART = 8;

  /** A client has stored little if it has stored at most the budget divided by this. */
  private static final int LITTLE_PART = 64;

  private final Keyspace keyspace;

  /** What all keyspaces of a server share. */
  private final MemoryBudget budget;

  private final long freeForAll;
  private final long little;

  /** Contributions are counted while more bytes than this are stored. */
  private final long counted;

  private final Periods periods;

  /** The bytes of this keyspace that the budget counts. */
  private long charged;

  /** The bytes that the budget counts for a snapshot of this keyspace. */
  private long chargedForSnapshot;

  private boolean ended;

  StoredMemory(Keyspace keyspace, MemoryBudget budget, Periods periods) {
    this.keyspace = keyspace;
    this.budget = budget;
    this.periods = periods;
    this.freeForAll = budget.limit() - budget.limit() / KEPT_PART;
    this.little = budget.limit() / LITTLE_PART;
    this.counted = budget.limit() / 2;
  }

  /**
   * Counts how often the stored bytes of a server fell to half of the room, which ends
   * contributions. All keyspaces of the server share one.
   */
  static final class Periods {
    private long current;
  }

  /** The bytes that one client has stored in a period, less those that it has removed. */
  static final class Contribution {
    private long bytes;
    private long period;
  }

  void requireRoomToSet(Contribution by, byte[] key, byte[] value) throws LimitException {
    long most = Keyspace.KEY_OVERHEAD + (long) key.length + value.length;
    if (!fits(by, most)) {
      requireRoom(by, growth(key, value.length));
    }
  }

  void requireRoomToCompareSet(Contribution by, byte[] key, byte[] expected, byte[] desired)
      throws LimitException {
    long most = Keyspace.KEY_OVERHEAD + (long) key.length + desired.length;
    if (fits(by, most)) {
      return;
    }
    if (keyspace.isValue(key, expected)) {
      requireRoom(by, growth(key, desired.length));
    }
  }

  void requireRoomToSetAll(Contribution by, List<byte[]> keys, List<byte[]> values)
      throws LimitException {
    long most = 0;
    for (int i = 0; i < keys.size(); i++) {
      most += Keyspace.KEY_OVERHEAD + (long) keys.get(i).length + values.get(i).length;
    }
    if (fits(by, most)) {
      return;
    }
    long growth = 0;
    for (int i = 0; i < keys.size(); i++) {
      growth += growth(keys.get(i), values.get(i).length);
    }
    requireRoom(by, growth);
  }

  /** Only a new key needs room: the size of a number hardly changes. */
  void requireRoomToAdd(Contribution by, byte[] key) throws LimitException {
    long most = Keyspace.KEY_OVERHEAD + (long) key.length;
    if (!fits(by, most) && !keyspace.hasValue(key)) {
      requireRoom(by, most);
    }
  }

  void requireRoomToAppend(Contribution by, byte[] key, byte[] value) throws LimitException {
    requireRoom(by, keyspace.mostGrowthByAppend(key, value.length));
  }

  void requireRoomToPush(Contribution by, byte[] key, byte[] value) throws LimitException {
    long most = Keyspace.ITEM_OVERHEAD + (long) key.length + value.length;
    requireRoom(by, keyspace.queueLength(key) > 0 ? most : most + Keyspace.QUEUE_OVERHEAD);
  }

  /** Counts what a request has stored or removed, and what a snapshot keeps of that. */
  void settle(Contribution by) {
    if (!ended) {
      charge(by, keyspace.heapBytes(), keyspace.snapshotBytes());
    }
  }

  /** Nothing is counted any more. */
  void end() {
    charge(new Contribution(), 0, 0);
    ended = true;
  }

  private void charge(Contribution by, long stored, long kept) {
    long change = stored - charged;
    long changeForSnapshot = kept - chargedForSnapshot;
    if (change != 0 || changeForSnapshot != 0) {
      boolean wasCounted = budget.used() > counted;
      budget.adjust(change + changeForSnapshot);
      charged = stored;
      chargedForSnapshot = kept;
      if (budget.used() > counted) {
        by.bytes = bytes(by) + change;
        by.period = periods.current;
      } else if (wasCounted) {
        periods.current++;
      }
    }
  }

  private long bytes(Contribution by) {
    return by.period == periods.current ? by.bytes : 0;
  }

  /** The bytes by which a set would make the keyspace grow. */
  private long growth(byte[] key, int valueBytes) {
    return keyspace.hasValue(key)
        ? (long) valueBytes - keyspace.valueLength(key)
        : Keyspace.KEY_OVERHEAD + (long) key.length + valueBytes;
  }

  private boolean fits(Contribution by, long growth) {
    long used = budget.used() + growth;
    return used <= freeForAll || (bytes(by) + growth <= little && used <= budget.limit());
  }

  private void requireRoom(Contribution by, long growth) throws LimitException {
    if (growth > 0 && !fits(by, growth)) {
      throw new LimitException(
          "no memory for "
              + growth
              + " bytes more: "
              + budget.used()
              + " bytes are stored, of "
              + budget.limit()
              + " that the server's heap has room for");
    }
  }
}
