package io.muster.cli.perf;

import io.muster.collectives.DataType;
import java.nio.ByteBuffer;
import java.util.Locale;

/** An element type that can be measured. Elements are handled as their bits. */
public enum ElementType {
  /** {@code torch.float32}. */
  F32(DataType.FLOAT32, 24, 127),
  /** {@code torch.float64}. */
  F64(DataType.FLOAT64, 53, 1023),
  /** {@code torch.int32}. */
  I32(DataType.INT32, 0, 0),
  /** {@code torch.int64}. */
  I64(DataType.INT64, 0, 0),
  /** {@code torch.int8}. */
  I8(DataType.INT8, 0, 0),
  /** {@code torch.uint8}. */
  U8(DataType.UINT8, 0, 0),
  /** {@code torch.float16}. */
  F16(DataType.FLOAT16, 11, 15),
  /** {@code torch.bfloat16}. */
  BF16(DataType.BFLOAT16, 8, 127);

  private final DataType dataType;
  private final int precision;
  private final int maxExponent;

  ElementType(DataType dataType, int precision, int maxExponent) {
    this.dataType = dataType;
    this.precision = precision;
    this.maxExponent = maxExponent;
  }

  DataType dataType() {
    return dataType;
  }

  int bytes() {
    return dataType.bytes();
  }

  boolean isFloat() {
    return dataType.isFloatingPoint();
  }

  /** For floating-point types: all integers up to 2 to the power of this are exact. */
  int precision() {
    return precision;
  }

  /** For floating-point types: the exponent of the largest power of two. */
  int maxExponent() {
    return maxExponent;
  }

  /** Returns the bits of an integer; integer types wrap around. */
  long ofWhole(long value) {
    return switch (this) {
      case I64 -> value;
      case I32 -> (int) value;
      case I8 -> (byte) value;
      case U8 -> value & 0xff;
      case F32, F64, F16, BF16 -> ofNumber((double) value);
    };
  }

  /** Returns the bits of the nearest floating-point number. */
  long ofNumber(double value) {
    return switch (this) {
      case F32 -> Float.floatToRawIntBits((float) value);
      case F64 -> Double.doubleToRawLongBits(value);
      case F16 -> SmallFloat.F16.encode(value);
      case BF16 -> SmallFloat.BF16.encode(value);
      case I32, I64, I8, U8 -> throw new IllegalStateException(this + " is not a float");
    };
  }

  /** Returns the element at an index of a little-endian buffer. */
  long read(ByteBuffer from, int index) {
    return switch (this) {
      case F32, I32 -> from.getInt(index * Integer.BYTES);
      case F64, I64 -> from.getLong(index * Long.BYTES);
      case F16, BF16 -> from.getShort(index * Short.BYTES);
      case I8 -> from.get(index);
      case U8 -> from.get(index) & 0xff;
    };
  }

  /** Sets the element at an index of a little-endian buffer, and returns the buffer. */
  ByteBuffer write(ByteBuffer to, int index, long bits) {
    return switch (this) {
      case F32, I32 -> to.putInt(index * Integer.BYTES, (int) bits);
      case F64, I64 -> to.putLong(index * Long.BYTES, bits);
      case F16, BF16 -> to.putShort(index * Short.BYTES, (short) bits);
      case I8, U8 -> to.put(index, (byte) bits);
    };
  }

  /** Returns the number with these bits as text. */
  String show(long bits) {
    return switch (this) {
      case F32 -> Float.toString(Float.intBitsToFloat((int) bits));
      case F64 -> Double.toString(Double.longBitsToDouble(bits));
      case F16 -> Double.toString(SmallFloat.F16.decode((short) bits));
      case BF16 -> Double.toString(SmallFloat.BF16.decode((short) bits));
      case I32, I64, I8, U8 -> Long.toString(bits);
    };
  }

  /** The name on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
