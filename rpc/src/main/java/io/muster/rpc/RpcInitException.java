package io.muster.rpc;

import io.muster.store.MusterException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A process could not become a worker, because its name or rank is taken or other workers did not
 * join in time.
 */
public final class RpcInitException extends MusterException {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // the list is immutable and serializable
  private final List<Integer> missingRanks;

  /**
   * Creates an exception.
   *
   * @param missingRanks the ranks of the workers that did not join in time
   */
  public RpcInitException(String message, List<Integer> missingRanks, @Nullable Throwable cause) {
    super(message, cause);
    this.missingRanks = List.copyOf(missingRanks);
  }

  /** The ranks of the workers that did not join in time; empty if that was not the reason. */
  public List<Integer> missingRanks() {
    return missingRanks;
  }
}
