package io.muster.rpc.internal.wire;

/** A part of an array that was received or will be sent. The array must not be changed. */
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

  /** The array that contains the bytes. */
  public byte[] array() {
    return array;
  }

  /** The index of the first byte in the array. */
  public int offset() {
    return offset;
  }

  /** The number of bytes. */
  public int length() {
    return length;
  }
}
