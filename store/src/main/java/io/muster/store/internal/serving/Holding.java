package io.muster.store.internal.serving;

import io.muster.store.internal.wire.LimitException;
import io.muster.store.internal.wire.RequestMemory;
import org.jspecify.annotations.Nullable;

/** What one client holds of a {@link SharedMemory}. */
final class Holding implements RequestMemory {
  private final SharedMemory memory;
  final ReplySink client;
  long bytes;

  /** Since when it would have held {@link #bytes} for its weight to be what it is. */
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

  /** Gives all back. */
  void giveBack() {
    giveBack(bytes);
  }

  /** Gives some back. */
  void giveBack(long some) {
    if (some > 0) {
      memory.giveBack(this, some);
    }
  }
}
