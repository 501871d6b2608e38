package io.muster.store.internal.keyspace;

/** A write would exceed the limit of stored bytes. Nothing was changed. */
public final class StoreFullException extends Exception {
  private static final long serialVersionUID = 1L;

  StoreFullException(byte[] key, long storedBytes, long limit) {
    super(
        "no room for "
            + Key.text(key)
            + ": "
            + storedBytes
            + " bytes are stored; the limit is "
            + limit);
  }
}
