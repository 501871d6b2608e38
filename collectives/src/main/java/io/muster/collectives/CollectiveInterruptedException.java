package io.muster.collectives;

import java.util.List;

/**
 * The thread was interrupted while it waited for an operation. Its interrupt flag is set again.
 *
 * <p>If the method was a blocking one of {@link ProcessGroup}, the group is unusable, because an
 * operation cannot be cancelled on one rank alone. If it was {@link Work#await}, the operation goes
 * on.
 */
public final class CollectiveInterruptedException extends CollectiveException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param operation what was interrupted, see {@link #operation()}
   */
  public CollectiveInterruptedException(String message, String operation) {
    super(message, operation, List.of(), null);
  }
}
