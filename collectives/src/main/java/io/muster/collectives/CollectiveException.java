package io.muster.collectives;

import io.muster.store.MusterException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An operation of a {@link ProcessGroup} failed; PyTorch's {@code DistBackendError}. The group is
 * unusable on this rank. Its connections are closed, so that it becomes unusable on the other ranks
 * too. To recover, make a new group, in a store without the keys of this one. The contents of
 * tensors that the operation writes are undefined.
 */
public class CollectiveException extends MusterException {
  private static final long serialVersionUID = 1L;

  private final String operation;

  @SuppressWarnings("serial") // an immutable list of numbers is
  private final List<Integer> lostRanks;

  /**
   * Creates an exception.
   *
   * @param operation what failed, see {@link #operation()}
   * @param lostRanks the ranks whose connections have ended, in the order of their end
   */
  public CollectiveException(
      String message, String operation, List<Integer> lostRanks, @Nullable Throwable cause) {
    super(message, cause);
    this.operation = operation;
    this.lostRanks = List.copyOf(lostRanks);
  }

  /**
   * What failed: the name of the {@link ProcessGroup} method, such as {@code allReduce}, also if
   * {@link AsyncProcessGroup} started it. Making a group has these names:
   *
   * <ul>
   *   <li>{@code connecting}: connecting to the other ranks failed
   *   <li>{@code initProcessGroup}, {@code newGroup}: the call was cancelled by {@link
   *       ProcessGroups#close}
   * </ul>
   *
   * An exception of {@code abort} is the cause of the exceptions that operations throw after {@link
   * ProcessGroup#abort}.
   */
  public String operation() {
    return operation;
  }

  /**
   * The ranks in the group whose connections have ended, in the order of their end. The first rank
   * is the one that died. The others may have closed their connections because of that. Empty if
   * the failure is this rank's own.
   */
  public List<Integer> lostRanks() {
    return lostRanks;
  }
}
