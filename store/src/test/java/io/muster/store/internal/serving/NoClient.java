package io.muster.store.internal.serving;

import io.muster.store.internal.wire.LimitException;
import io.muster.store.internal.wire.WireOutput;

/** A client that must be neither told anything nor disconnected. */
final class NoClient implements ReplySink {
  @Override
  public WireOutput replies() {
    throw new AssertionError();
  }

  @Override
  public void sendWakeup() {
    throw new AssertionError();
  }

  @Override
  public void evict(LimitException reason) {
    throw new AssertionError(reason);
  }

  @Override
  public void committed() {
    throw new AssertionError("nothing is awaited");
  }

  @Override
  public boolean copiesReplies() {
    return true;
  }
}
