package io.muster.store.internal.wire;

/** The memory that one client's requests may take while they arrive. */
public interface RequestMemory {
  /** As much as there is. */
  RequestMemory UNLIMITED = bytes -> {};

  /**
   * Takes so many bytes more, or gives some back if it is negative. To be called before the memory
   * is allocated.
   *
   * @throws LimitException if there is no room; nothing is taken then
   */
  void change(long bytes) throws LimitException;
}
