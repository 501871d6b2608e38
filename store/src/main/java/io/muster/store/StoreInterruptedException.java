package io.muster.store;

/**
 * The calling thread was interrupted. The interrupt flag is set again, the wait is withdrawn, and
 * the store stays usable. It is unknown whether a request in flight took effect.
 */
public final class StoreInterruptedException extends StoreException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception whose message names the operation and the store. */
  public StoreInterruptedException(String message) {
    super(message);
  }
}
