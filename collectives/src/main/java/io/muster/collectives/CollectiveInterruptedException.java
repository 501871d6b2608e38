package io.muster.collectives;

import java.util.List;

/**
 * The thread was interrupted that made a blocking call. Its interrupt flag is set again. A
 * collective cannot be called off on one rank alone, so the group is of no use any more.
 */
public final class CollectiveInterruptedException extends CollectiveException {
  private static final long serialVersionUID = 1L;

  CollectiveInterruptedException(String message, String operation) {
    super(message, operation, List.of(), null);
  }
}
