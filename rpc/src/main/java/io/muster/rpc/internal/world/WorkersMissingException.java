package io.muster.rpc.internal.world;

import io.muster.store.StoreTimeoutException;
import java.util.List;

/** Workers of a world of known size have not come in time. */
public final class WorkersMissingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // an immutable list of numbers is
  private final List<Integer> ranks;

  WorkersMissingException(List<Integer> ranks, StoreTimeoutException cause) {
    super("workers are missing: " + ranks, cause);
    this.ranks = List.copyOf(ranks);
  }

  /** Their ranks. */
  public List<Integer> ranks() {
    return ranks;
  }
}
