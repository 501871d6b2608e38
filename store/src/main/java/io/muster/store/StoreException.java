package io.muster.store;

import org.jspecify.annotations.Nullable;

/**
 * A store could not do what was asked; PyTorch's {@code DistStoreError}. The store stays usable
 * unless a subclass says otherwise.
 */
public class StoreException extends MusterException {
  private static final long serialVersionUID = 1L;

  /** An exception without a cause. */
  public StoreException(String message) {
    this(message, null);
  }

  /** An exception with the failure that led to it. */
  public StoreException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
