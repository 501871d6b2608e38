package io.muster.store.internal.serving;

import org.jspecify.annotations.Nullable;

/**
 * How much memory something may hold, and how much it holds. Budgets form a tree: what one holds,
 * its parent holds too. Not thread-safe: guarded by whatever guards the {@link ServerState}.
 */
final class MemoryBudget {
  private final String name;
  private final @Nullable MemoryBudget parent;
  private final long limit;
  private long used;

  private MemoryBudget(String name, @Nullable MemoryBudget parent, long limit) {
    this.name = name;
    this.parent = parent;
    this.limit = limit;
  }

  /** A budget without a parent. */
  static MemoryBudget root(String name, long limit) {
    return new MemoryBudget(name, null, limit);
  }

  /** A part of this budget that may hold at most {@code limit} bytes. */
  MemoryBudget child(String name, long limit) {
    return new MemoryBudget(name, this, limit);
  }

  /** What it is for, as messages name it. */
  String name() {
    return name;
  }

  long limit() {
    return limit;
  }

  long used() {
    return used;
  }

  /** How many bytes more it may hold. */
  long available() {
    long here = limit - used;
    return parent == null ? here : Math.min(here, parent.available());
  }

  /** Holds {@code bytes} more if there is room for them here and in every parent. */
  boolean tryReserve(long bytes) {
    if (bytes > available()) {
      return false;
    }
    adjust(bytes);
    return true;
  }

  /** Holds {@code bytes} less. */
  void release(long bytes) {
    adjust(-bytes);
  }

  /** Holds so much more or less, whether there is room or not. */
  void adjust(long bytes) {
    used += bytes;
    if (parent != null) {
      parent.adjust(bytes);
    }
  }
}
