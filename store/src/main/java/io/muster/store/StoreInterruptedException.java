package io.muster.store;

/**
 * The thread was interrupted. Its interrupt flag is set again, what it waited for is withdrawn, and
 * the store stays usable. Whether a request that was under way took effect is unknown.
 */
public final class StoreInterruptedException extends StoreException {
  private static final long serialVersionUID = 1L;

  /** An exception that names the operation and the store. */
  public StoreInterruptedException(String message) {
    super(message);
  }
}
