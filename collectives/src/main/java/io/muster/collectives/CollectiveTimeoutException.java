package io.muster.collectives;

import java.time.Duration;
import java.util.List;

/** An operation took longer than its timeout. As in PyTorch, its group is unusable afterwards. */
public final class CollectiveTimeoutException extends CollectiveException {
  private static final long serialVersionUID = 1L;

  private final Duration timeout;

  @SuppressWarnings("serial") // an immutable list of numbers is
  private final List<Integer> missingRanks;

  /**
   * Creates an exception.
   *
   * @param operation what timed out, see {@link #operation()}
   * @param missingRanks the ranks in the group that this rank was waiting for
   */
  public CollectiveTimeoutException(
      String message, String operation, Duration timeout, List<Integer> missingRanks) {
    super(message, operation, List.of(), null);
    this.timeout = timeout;
    this.missingRanks = List.copyOf(missingRanks);
  }

  /** The timeout of the operation. */
  public Duration timeout() {
    return timeout;
  }

  /**
   * The ranks in the group that this rank was waiting for. They may themselves have been waiting
   * for other ranks.
   */
  public List<Integer> missingRanks() {
    return missingRanks;
  }
}
