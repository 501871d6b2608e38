package io.muster.rpc.internal.world;

import io.muster.store.StoreTimeoutException;
import java.util.List;

/** Workers of a world of fixed size did not join in time. */
public final class WorkersMissingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // the list is immutable and serializable
  private final List<Integer> ranks;

  WorkersMissingException(List<Integer> ranks, StoreTimeoutException cause) {
    super("workers are missing: " + ranks, cause);
    this.ranks = List.copyOf(ranks);
  }

  /** The ranks of the missing workers. */
  public List<Integer> ranks() {
    return ranks;
  }
}
