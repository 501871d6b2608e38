package io.muster.store.internal.serving;

import io.muster.store.internal.wire.LimitException;
import io.muster.store.internal.wire.RequestMemory;
import org.jspecify.annotations.Nullable;

/** The memory that one client holds of a {@link SharedMemory}. */
final class Holding implements RequestMemory {
  private final SharedMemory memory;
  final ReplySink client;
  long bytes;

  /** The mean time at which the bytes were taken, in nanoseconds of {@link System#nanoTime}. */
  long since;

  @Nullable Holding older;
  @Nullable Holding newer;

  Holding(SharedMemory memory, ReplySink client) {
    this.memory = memory;
    this.client = client;
  }

  @Override
  public void change(long change) throws LimitException {
    if (change > 0) {
      memory.take(this, change);
    } else if (change < 0) {
      memory.giveBack(this, -change);
    }
  }

  /** Releases all bytes. */
  void giveBack() {
    giveBack(bytes);
  }

  /** Releases {@code some} bytes. */
  void giveBack(long some) {
    if (some > 0) {
      memory.giveBack(this, some);
    }
  }
}
