package io.muster.store.internal.serving;

/**
 * How the heap is shared out: half of it to what is stored, an eighth to what clients are sending
 * and being sent, a tenth to their connections, and a sixteenth to what they wait for. The rest is
 * the collector's, which needs room to work.
 */
final class ServerMemory {
  /** What one client takes: a socket, a session, and a decoder. */
  static final int CONNECTION = 2 * 1024;

  /** What an array takes beside its bytes: a header and padding. */
  static final int ARRAY = 16 + 7;

  /** What waiting for one key takes beside its name. */
  static final int WAIT_FOR_KEY = 200;

  /** What a JVM with nothing to do takes. */
  private static final long BASE = 6L << 20;

  /** What clients are sending and being sent should have room for a long value as it arrives. */
  private static final long ENOUGH_FOR_A_VALUE = 12L << 20;

  final MemoryBudget all;
  final MemoryBudget stored;

  /** What clients are sending and being sent. */
  final SharedMemory transfers;

  final MemoryBudget connections;

  /** What clients wait for. */
  final SharedMemory waits;

  /** Shares {@code heapBytes} out. */
  ServerMemory(long heapBytes) {
    long room = Math.max(heapBytes - BASE, heapBytes / 2);
    long inTransfer = Math.max(room / 8, Math.min(room / 4, ENOUGH_FOR_A_VALUE));
    long share = Math.max(inTransfer / 4, Math.min(inTransfer, ENOUGH_FOR_A_VALUE));
    all = MemoryBudget.root("server", heapBytes);
    stored = all.child("stored data", room / 2);
    transfers = new SharedMemory(all.child("what is sent", inTransfer), share, true);
    connections = all.child("connections", room / 10);
    waits = new SharedMemory(all.child("waits", room / 16), room / 32, false);
  }
}
