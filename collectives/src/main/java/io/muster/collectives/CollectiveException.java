package io.muster.collectives;

import io.muster.store.MusterException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A collective could not be finished; PyTorch's {@code DistBackendError}. The group is of no use
 * any more, on this rank and, as its connections are closed, soon on all others: create a new one,
 * on a store without the keys of this one. What the operation was to write is in an undefined
 * state.
 */
public class CollectiveException extends MusterException {
  private static final long serialVersionUID = 1L;

  private final String operation;

  @SuppressWarnings("serial") // an immutable list of numbers is
  private final List<Integer> lostRanks;

  /** An exception that says which operation failed, and why. */
  CollectiveException(
      String message, String operation, List<Integer> lostRanks, @Nullable Throwable cause) {
    super(message, cause);
    this.operation = operation;
    this.lostRanks = List.copyOf(lostRanks);
  }

  /** The operation, as the method of {@link ProcessGroup} is called. */
  public String operation() {
    return operation;
  }

  /**
   * The ranks in the group whose connections have ended, the first one first. The first is the one
   * that died; others may have closed theirs because of that.
   */
  public List<Integer> lostRanks() {
    return lostRanks;
  }
}
