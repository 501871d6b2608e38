package io.muster.collectives;

import java.time.Duration;
import java.util.List;

/**
 * A collective took longer than it was allowed to. As with PyTorch, that is the end of its group.
 */
public final class CollectiveTimeoutException extends CollectiveException {
  private static final long serialVersionUID = 1L;

  private final Duration timeout;

  @SuppressWarnings("serial") // an immutable list of numbers is
  private final List<Integer> missingRanks;

  CollectiveTimeoutException(
      String message, String operation, Duration timeout, List<Integer> missingRanks) {
    super(message, operation, List.of(), null);
    this.timeout = timeout;
    this.missingRanks = List.copyOf(missingRanks);
  }

  /** How long the operation was allowed to last. */
  public Duration timeout() {
    return timeout;
  }

  /** The ranks in the group that this rank was waiting for. They may be waiting for others. */
  public List<Integer> missingRanks() {
    return missingRanks;
  }
}
