package io.muster.rpc.internal.wire;

/** Bytes that were or will be sent: a part of an array, which nobody changes any more. */
public final class Body {
  /** No bytes. */
  public static final Body EMPTY = of(new byte[0]);

  private final byte[] array;
  private final int offset;
  private final int length;

  /** A part of an array. */
  public Body(byte[] array, int offset, int length) {
    this.array = array;
    this.offset = offset;
    this.length = length;
  }

  /** All of an array. */
  public static Body of(byte[] array) {
    return new Body(array, 0, array.length);
  }

  /** The array that the bytes are in. */
  public byte[] array() {
    return array;
  }

  /** Where in the array they begin. */
  public int offset() {
    return offset;
  }

  /** How many bytes there are. */
  public int length() {
    return length;
  }
}
