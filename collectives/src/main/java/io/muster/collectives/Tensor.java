package io.muster.collectives;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A run of elements in memory that the caller owns: a part of an array, or of a direct buffer. It
 * has a type and a length and no shape; a collective reads and writes the memory itself.
 *
 * <p>A direct buffer goes to the network as it is. An array is copied to and from direct memory
 * that the group keeps for it.
 */
public final class Tensor {
  private final DataType type;
  private final int length;
  private final @Nullable ByteBuffer direct;
  private final Consumer<ByteBuffer> load;
  private final Consumer<ByteBuffer> store;

  private Tensor(
      DataType type,
      int length,
      @Nullable ByteBuffer direct,
      Consumer<ByteBuffer> load,
      Consumer<ByteBuffer> store) {
    this.type = type;
    this.length = length;
    this.direct = direct;
    this.load = load;
    this.store = store;
  }

  /** Of an array. */
  private static Tensor of(
      DataType type,
      int arrayLength,
      int offset,
      int length,
      Consumer<ByteBuffer> load,
      Consumer<ByteBuffer> store) {
    Objects.checkFromIndexSize(offset, length, arrayLength);
    if ((long) length * type.bytes() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "a tensor may have 2 GiB at most, not " + length + " elements of " + type);
    }
    return new Tensor(type, length, null, load, store);
  }

  /** All of an array. */
  public static Tensor of(float[] array) {
    return of(array, 0, array.length);
  }

  /**
   * A part of an array.
   *
   * @throws IndexOutOfBoundsException if the array has no such part
   */
  public static Tensor of(float[] array, int offset, int length) {
    return of(
        DataType.FLOAT32,
        array.length,
        offset,
        length,
        bytes -> bytes.asFloatBuffer().put(array, offset, length),
        bytes -> bytes.asFloatBuffer().get(array, offset, length));
  }

  /** All of an array. */
  public static Tensor of(double[] array) {
    return of(array, 0, array.length);
  }

  /**
   * A part of an array.
   *
   * @throws IndexOutOfBoundsException if the array has no such part
   */
  public static Tensor of(double[] array, int offset, int length) {
    return of(
        DataType.FLOAT64,
        array.length,
        offset,
        length,
        bytes -> bytes.asDoubleBuffer().put(array, offset, length),
        bytes -> bytes.asDoubleBuffer().get(array, offset, length));
  }

  /** All of an array. */
  public static Tensor of(int[] array) {
    return of(array, 0, array.length);
  }

  /**
   * A part of an array.
   *
   * @throws IndexOutOfBoundsException if the array has no such part
   */
  public static Tensor of(int[] array, int offset, int length) {
    return of(
        DataType.INT32,
        array.length,
        offset,
        length,
        bytes -> bytes.asIntBuffer().put(array, offset, length),
        bytes -> bytes.asIntBuffer().get(array, offset, length));
  }

  /** All of an array. */
  public static Tensor of(long[] array) {
    return of(array, 0, array.length);
  }

  /**
   * A part of an array.
   *
   * @throws IndexOutOfBoundsException if the array has no such part
   */
  public static Tensor of(long[] array, int offset, int length) {
    return of(
        DataType.INT64,
        array.length,
        offset,
        length,
        bytes -> bytes.asLongBuffer().put(array, offset, length),
        bytes -> bytes.asLongBuffer().get(array, offset, length));
  }

  /** All of an array, of signed bytes. */
  public static Tensor of(byte[] array) {
    return of(array, 0, array.length);
  }

  /**
   * A part of an array, of signed bytes.
   *
   * @throws IndexOutOfBoundsException if the array has no such part
   */
  public static Tensor of(byte[] array, int offset, int length) {
    return ofBytes(DataType.INT8, array, offset, length);
  }

  /** All of an array, whose bytes count as unsigned. */
  public static Tensor unsigned(byte[] array) {
    return unsigned(array, 0, array.length);
  }

  /**
   * A part of an array, whose bytes count as unsigned.
   *
   * @throws IndexOutOfBoundsException if the array has no such part
   */
  public static Tensor unsigned(byte[] array, int offset, int length) {
    return ofBytes(DataType.UINT8, array, offset, length);
  }

  private static Tensor ofBytes(DataType type, byte[] array, int offset, int length) {
    return of(
        type,
        array.length,
        offset,
        length,
        bytes -> bytes.duplicate().put(array, offset, length),
        bytes -> bytes.duplicate().get(array, offset, length));
  }

  /** All of an array. What is not 0 after a reduction is true. */
  public static Tensor of(boolean[] array) {
    return of(array, 0, array.length);
  }

  /**
   * A part of an array. What is not 0 after a reduction is true.
   *
   * @throws IndexOutOfBoundsException if the array has no such part
   */
  public static Tensor of(boolean[] array, int offset, int length) {
    return of(
        DataType.BOOL,
        array.length,
        offset,
        length,
        bytes -> {
          for (int i = 0; i < length; i++) {
            bytes.put(bytes.position() + i, (byte) (array[offset + i] ? 1 : 0));
          }
        },
        bytes -> {
          for (int i = 0; i < length; i++) {
            array[offset + i] = bytes.get(bytes.position() + i) != 0;
          }
        });
  }

  /** All of an array, which holds the bits of floats of half precision. */
  public static Tensor float16(short[] bits) {
    return float16(bits, 0, bits.length);
  }

  /**
   * A part of an array, which holds the bits of floats of half precision.
   *
   * @throws IndexOutOfBoundsException if the array has no such part
   */
  public static Tensor float16(short[] bits, int offset, int length) {
    return ofBits(DataType.FLOAT16, bits, offset, length);
  }

  /** All of an array, which holds the upper halves of the bits of floats. */
  public static Tensor bfloat16(short[] bits) {
    return bfloat16(bits, 0, bits.length);
  }

  /**
   * A part of an array, which holds the upper halves of the bits of floats.
   *
   * @throws IndexOutOfBoundsException if the array has no such part
   */
  public static Tensor bfloat16(short[] bits, int offset, int length) {
    return ofBits(DataType.BFLOAT16, bits, offset, length);
  }

  private static Tensor ofBits(DataType type, short[] bits, int offset, int length) {
    return of(
        type,
        bits.length,
        offset,
        length,
        bytes -> bytes.asShortBuffer().put(bits, offset, length),
        bytes -> bytes.asShortBuffer().get(bits, offset, length));
  }

  /**
   * What is between the position and the limit of a direct buffer, in little-endian order whatever
   * the buffer's own is. Its position and limit may change afterwards. An arena that it belongs to
   * must stay open for as long as calls use the tensor; a call that finds it closed fails, and the
   * group with it.
   *
   * @throws IllegalArgumentException if the buffer is not direct, may not be written, is no whole
   *     number of elements long, or belongs to an arena that only one thread may use
   */
  public static Tensor of(ByteBuffer buffer, DataType type) {
    if (!buffer.isDirect() || buffer.isReadOnly()) {
      throw new IllegalArgumentException("the buffer must be direct and writable: " + buffer);
    }
    if (buffer.remaining() % type.bytes() != 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%d bytes are no whole number of elements of %s",
              buffer.remaining(),
              type));
    }
    if (Confinement.isConfined(buffer)) {
      throw new IllegalArgumentException(
          "the buffer belongs to an arena of one thread, and other threads send and receive it;"
              + " use Arena.ofShared() or Arena.ofAuto(): "
              + buffer);
    }
    ByteBuffer view = buffer.slice().order(ByteOrder.LITTLE_ENDIAN);
    return new Tensor(type, view.remaining() / type.bytes(), view, bytes -> {}, bytes -> {});
  }

  /** The type of the elements. */
  public DataType type() {
    return type;
  }

  /** How many elements there are. */
  public int length() {
    return length;
  }

  /** How many bytes they have. */
  int bytes() {
    return length * type.bytes();
  }

  /** Whether the memory itself goes to the network. */
  boolean isDirect() {
    return direct != null;
  }

  /**
   * The direct memory of a tensor that has some; else {@code staging}, of the same size.
   *
   * @throws IllegalStateException if the memory's arena is closed
   */
  ByteBuffer in(ByteBuffer staging) {
    if (direct == null) {
      return staging;
    }
    if (length > 0) {
      // Throws at once if the memory's arena is closed.
      direct.get(0);
    }
    return direct.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Copies the elements to what stands in for them. */
  void load(ByteBuffer staging) {
    load.accept(staging);
  }

  /** Copies the elements from what stood in for them. */
  void store(ByteBuffer staging) {
    store.accept(staging);
  }

  @Override
  public String toString() {
    return "Tensor(" + length + " × " + type + (direct == null ? "" : ", direct") + ")";
  }
}
