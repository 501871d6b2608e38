package io.muster.store.internal.serving;

/**
 * The budgets of a server. Half of the heap is for stored data, an eighth for requests and replies
 * in transfer, a tenth for connections, a sixteenth for waits, and a thirty-second for the changes
 * that clients watch. The collector needs the rest.
 */
final class ServerMemory {
  /** Heap bytes of one connection: a socket, a session, and a decoder. */
  static final int CONNECTION = 2 * 1024;

  /** Heap bytes of an array beside its elements: a header and padding. */
  static final int ARRAY = 16 + 7;

  /** Heap bytes of a wait for one key, beside the bytes of the key. */
  static final int WAIT_FOR_KEY = 200;

  /** Heap bytes of a command that awaits its commit, beside its bytes. */
  static final int COMMAND = 256;

  /** Heap bytes of an idle JVM. */
  private static final long BASE = 6L << 20;

  /** The budget of transfers should have room for a long value that arrives. */
  private static final long ENOUGH_FOR_A_VALUE = 12L << 20;

  /** More memory for the changes that clients watch is of little use. */
  private static final long ENOUGH_FOR_CHANGES = 64L << 20;

  final MemoryBudget all;

  final MemoryBudget stored;

  /** The periods of the {@link StoredMemory} of each keyspace. */
  final StoredMemory.Periods storedPeriods = new StoredMemory.Periods();

  /** Requests that arrive, commands that await their commit, and replies that are sent. */
  final SharedMemory transfers;

  final MemoryBudget connections;

  /** The waits of clients. */
  final SharedMemory waits;

  /** The latest changes of jobs that clients watch. */
  final HistoryMemory histories;

  /** The number of connections of all jobs. */
  int openConnections() {
    return (int) (connections.used() / CONNECTION);
  }

  /** The budgets of a heap of {@code heapBytes}. */
  ServerMemory(long heapBytes) {
    long room = Math.max(heapBytes - BASE, heapBytes / 2);
    long inTransfer = Math.max(room / 8, Math.min(room / 4, ENOUGH_FOR_A_VALUE));
    long share = Math.max(inTransfer / 4, Math.min(inTransfer, ENOUGH_FOR_A_VALUE));
    all = MemoryBudget.root("server", heapBytes);
    stored = all.child("stored data", room / 2);
    transfers = new SharedMemory(all.child("what is sent", inTransfer), share, true);
    connections = all.child("connections", room / 10);
    histories = new HistoryMemory(all.child("changes", Math.min(room / 32, ENOUGH_FOR_CHANGES)));
    waits = new SharedMemory(all.child("waits", room / 16), room / 32, false);
  }
}
