package io.muster.store.internal.keyspace;

/** An addition met a value that is no decimal number. Nothing was changed. */
public final class NotANumberException extends Exception {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // a byte[] is
  private final byte[] value;

  NotANumberException(byte[] key, byte[] value) {
    super("the value at " + Key.text(key) + " is not a number");
    this.value = value;
  }

  /** What stands at the key. */
  public byte[] value() {
    return value;
  }
}
