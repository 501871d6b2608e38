package io.muster.store.internal.serving;

import java.util.ArrayList;
import java.util.List;

/** The memory of the histories of a server's jobs. Those that are kept have equal parts of it. */
final class HistoryMemory {
  private final MemoryBudget budget;
  private final List<Part> kept = new ArrayList<>();

  /** A history that is kept. */
  interface Part {
    /** Drops changes until at most {@code bytes} bytes are left, now and later. */
    void setLimit(long bytes);
  }

  HistoryMemory(MemoryBudget budget) {
    this.budget = budget;
  }

  MemoryBudget budget() {
    return budget;
  }

  /** Gives a history its part, and the others a smaller one. */
  void add(Part history) {
    // It is there already if an earlier call has failed late.
    if (!kept.contains(history)) {
      kept.add(history);
    }
    divide();
  }

  /** A history is not kept any more. Has no effect if it was not. */
  void remove(Part history) {
    if (kept.remove(history)) {
      divide();
    }
  }

  private void divide() {
    for (int i = 0; i < kept.size(); i++) {
      kept.get(i).setLimit(Math.max(1, budget.limit() / kept.size()));
    }
  }
}
