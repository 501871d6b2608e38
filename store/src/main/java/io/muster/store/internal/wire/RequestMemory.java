package io.muster.store.internal.wire;

/** The memory that the incomplete requests of one client may use. */
public interface RequestMemory {
  /** Has no limit. */
  RequestMemory UNLIMITED = bytes -> {};

  /**
   * Requests memory, or releases it if {@code bytes} is negative. Called before the memory is
   * allocated.
   *
   * @throws LimitException if there is not enough; nothing is taken then
   */
  void change(long bytes) throws LimitException;
}
