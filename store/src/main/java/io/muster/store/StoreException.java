package io.muster.store;

import org.jspecify.annotations.Nullable;

/**
 * A store could not carry out an operation; PyTorch's {@code DistStoreError}. The store stays
 * usable unless a subclass says otherwise.
 */
public class StoreException extends MusterException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception without a cause. */
  public StoreException(String message) {
    this(message, null);
  }

  /** Creates an exception with a cause. */
  public StoreException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
