package io.muster.rpc;

import io.muster.store.MusterException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A process did not become a worker. */
public final class RpcInitException extends MusterException {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // an immutable list of numbers is
  private final List<Integer> missingRanks;

  RpcInitException(String message, List<Integer> missingRanks, @Nullable Throwable cause) {
    super(message, cause);
    this.missingRanks = List.copyOf(missingRanks);
  }

  /** The ranks of the workers that did not come in time. */
  public List<Integer> missingRanks() {
    return missingRanks;
  }
}
