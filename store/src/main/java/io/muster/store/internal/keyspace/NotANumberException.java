package io.muster.store.internal.keyspace;

/** The value of a counter is not a decimal number. Nothing was changed. */
public final class NotANumberException extends Exception {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // a byte[] is serializable
  private final byte[] value;

  NotANumberException(byte[] key, byte[] value) {
    super("the value at " + Key.text(key) + " is not a number");
    this.value = value;
  }

  /** The value of the key. */
  public byte[] value() {
    return value;
  }
}
