package io.muster.store.internal.serving;

/**
 * How the heap is shared out: half of it to what is stored; the rest to what clients are sending
 * and being sent, to the clients themselves, and to the collector, which needs room to work.
 */
final class ServerMemory {
  /** What a JVM with nothing to do takes. */
  private static final long BASE = 6L << 20;

  final MemoryBudget all;
  final MemoryBudget stored;

  /** Shares {@code heapBytes} out. */
  ServerMemory(long heapBytes) {
    long room = Math.max(heapBytes - BASE, heapBytes / 2);
    all = MemoryBudget.root("server", heapBytes);
    stored = all.child("stored data", room / 2);
  }
}
