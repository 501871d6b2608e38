package io.muster.store;

/**
 * The waiting thread was interrupted. Its interrupt flag is set again, the wait is given up, and
 * the store stays usable.
 */
public final class StoreInterruptedException extends StoreException {
  private static final long serialVersionUID = 1L;

  /** An exception that names the operation and the store. */
  public StoreInterruptedException(String message) {
    super(message);
  }
}
