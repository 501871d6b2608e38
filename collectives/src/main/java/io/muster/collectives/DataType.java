package io.muster.collectives;

/** The types of the elements of a {@link Tensor}: those that PyTorch's Gloo backend supports. */
public enum DataType {
  /** An unsigned byte; {@code torch.uint8}. */
  UINT8(1),
  /** A signed byte, Java's; {@code torch.int8}. */
  INT8(1),
  /**
   * A byte that is 0 or 1; {@code torch.bool}. Reductions treat it as an unsigned byte, so that the
   * sum of two true elements is the byte 2.
   */
  BOOL(1),
  /** Java's {@code int}; {@code torch.int32}. */
  INT32(4),
  /** Java's {@code long}; {@code torch.int64}. */
  INT64(8),
  /** An IEEE 754 half-precision number; {@code torch.float16}. */
  FLOAT16(2),
  /** The upper 16 bits of a {@code float}; {@code torch.bfloat16}. */
  BFLOAT16(2),
  /** Java's {@code float}; {@code torch.float32}. */
  FLOAT32(4),
  /** Java's {@code double}; {@code torch.float64}. */
  FLOAT64(8);

  private final int bytes;

  DataType(int bytes) {
    this.bytes = bytes;
  }

  /** The number of bytes per element; PyTorch's {@code element_size}. */
  public int bytes() {
    return bytes;
  }

  /** Whether the elements are floating-point numbers. */
  public boolean isFloatingPoint() {
    return switch (this) {
      case FLOAT16, BFLOAT16, FLOAT32, FLOAT64 -> true;
      case UINT8, INT8, BOOL, INT32, INT64 -> false;
    };
  }
}
