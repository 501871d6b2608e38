package io.muster.collectives;

import io.muster.collectives.internal.memory.Confinement;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A view of a sequence of elements in memory that the caller owns: an array, a part of one, or a
 * direct buffer. It has a type and a length, and no shape. An operation reads and writes the memory
 * itself. PyTorch's {@code Tensor}, if that is contiguous and on the CPU.
 *
 * <p>A direct buffer is sent and received without a copy. The elements of an array are copied to
 * and from direct memory that the group keeps for that purpose.
 *
 * <p>A tensor has at most 2 GiB − 1 bytes. Thread-safe as far as the memory is.
 *
 * <pre>{@code
 * static void sum(ProcessGroup group) {
 *   float[] array = {1, 2, 3};
 *   group.allReduce(Tensor.of(array), ReduceOp.SUM);
 *
 *   ByteBuffer buffer = ByteBuffer.allocateDirect(3 * Double.BYTES);
 *   buffer.order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().put(new double[] {1, 2, 3});
 *   group.allReduce(Tensor.of(buffer, DataType.FLOAT64), ReduceOp.SUM);
 * }
 * }</pre>
 */
public final class Tensor {
  private final DataType type;
  private final int length;
  private final @Nullable ByteBuffer direct;
  private final Consumer<ByteBuffer> copyTo;
  private final Consumer<ByteBuffer> copyFrom;

  private Tensor(
      DataType type,
      int length,
      @Nullable ByteBuffer direct,
      Consumer<ByteBuffer> copyTo,
      Consumer<ByteBuffer> copyFrom) {
    this.type = type;
    this.length = length;
    this.direct = direct;
    this.copyTo = copyTo;
    this.copyFrom = copyFrom;
  }

  /** A view of an array. */
  private static Tensor of(
      DataType type,
      int arrayLength,
      int offset,
      int length,
      Consumer<ByteBuffer> copyTo,
      Consumer<ByteBuffer> copyFrom) {
    Objects.checkFromIndexSize(offset, length, arrayLength);
    if ((long) length * type.bytes() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "a tensor may have 2 GiB at most, not " + length + " elements of " + type);
    }
    return new Tensor(type, length, null, copyTo, copyFrom);
  }

  /** A view of an array. */
  public static Tensor of(float[] array) {
    return of(array, 0, array.length);
  }

  /**
   * A view of {@code length} elements of an array, from {@code offset}.
   *
   * @throws IndexOutOfBoundsException if the array does not have these elements
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

  /** A view of an array. */
  public static Tensor of(double[] array) {
    return of(array, 0, array.length);
  }

  /**
   * A view of {@code length} elements of an array, from {@code offset}.
   *
   * @throws IndexOutOfBoundsException if the array does not have these elements
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

  /** A view of an array. */
  public static Tensor of(int[] array) {
    return of(array, 0, array.length);
  }

  /**
   * A view of {@code length} elements of an array, from {@code offset}.
   *
   * @throws IndexOutOfBoundsException if the array does not have these elements
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

  /** A view of an array. */
  public static Tensor of(long[] array) {
    return of(array, 0, array.length);
  }

  /**
   * A view of {@code length} elements of an array, from {@code offset}.
   *
   * @throws IndexOutOfBoundsException if the array does not have these elements
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

  /** A view of an array of signed bytes. */
  public static Tensor of(byte[] array) {
    return of(array, 0, array.length);
  }

  /**
   * A view of {@code length} elements of an array of signed bytes, from {@code offset}.
   *
   * @throws IndexOutOfBoundsException if the array does not have these elements
   */
  public static Tensor of(byte[] array, int offset, int length) {
    return ofBytes(DataType.INT8, array, offset, length);
  }

  /** A view of an array of unsigned bytes. */
  public static Tensor unsigned(byte[] array) {
    return unsigned(array, 0, array.length);
  }

  /**
   * A view of {@code length} elements of an array of unsigned bytes, from {@code offset}.
   *
   * @throws IndexOutOfBoundsException if the array does not have these elements
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
        bytes -> bytes.put(array, offset, length),
        bytes -> bytes.get(array, offset, length));
  }

  /** A view of an array. A result of a reduction that is not 0 becomes true. */
  public static Tensor of(boolean[] array) {
    return of(array, 0, array.length);
  }

  /**
   * A view of {@code length} elements of an array, from {@code offset}. A result of a reduction
   * that is not 0 becomes true.
   *
   * @throws IndexOutOfBoundsException if the array does not have these elements
   */
  public static Tensor of(boolean[] array, int offset, int length) {
    return of(
        DataType.BOOL,
        array.length,
        offset,
        length,
        bytes -> {
          for (int i = 0; i < length; i++) {
            bytes.put(i, (byte) (array[offset + i] ? 1 : 0));
          }
        },
        bytes -> {
          for (int i = 0; i < length; i++) {
            array[offset + i] = bytes.get(i) != 0;
          }
        });
  }

  /** A view of an array that holds the bits of half-precision numbers, as {@code torch.float16}. */
  public static Tensor float16(short[] bits) {
    return float16(bits, 0, bits.length);
  }

  /**
   * A view of {@code length} elements of an array that holds the bits of half-precision numbers,
   * from {@code offset}.
   *
   * @throws IndexOutOfBoundsException if the array does not have these elements
   */
  public static Tensor float16(short[] bits, int offset, int length) {
    return ofBits(DataType.FLOAT16, bits, offset, length);
  }

  /** A view of an array that holds the upper 16 bits of floats, as {@code torch.bfloat16}. */
  public static Tensor bfloat16(short[] bits) {
    return bfloat16(bits, 0, bits.length);
  }

  /**
   * A view of {@code length} elements of an array that holds the upper 16 bits of floats, from
   * {@code offset}.
   *
   * @throws IndexOutOfBoundsException if the array does not have these elements
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
   * A view of the bytes between the position and the limit of a direct buffer. The elements are in
   * little-endian order, whatever the order of the buffer. Later changes of the buffer's position
   * and limit have no effect.
   *
   * <p>If the buffer belongs to an arena, the arena must stay open while operations use the tensor.
   * An operation that finds it closed fails, and the group is then unusable.
   *
   * @throws IllegalArgumentException if the buffer is not direct, is read-only, does not hold a
   *     whole number of elements, or belongs to a confined arena
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
    return new Tensor(
        type,
        view.remaining() / type.bytes(),
        view,
        bytes -> bytes.put(view.duplicate()),
        bytes -> view.duplicate().put(bytes));
  }

  /** The type of the elements. */
  public DataType type() {
    return type;
  }

  /** The number of elements; PyTorch's {@code numel}. */
  public int length() {
    return length;
  }

  /** The number of bytes of all elements; PyTorch's {@code nbytes}. */
  public int byteSize() {
    return length * type.bytes();
  }

  /** Whether this is a view of a direct buffer. */
  public boolean isDirect() {
    return direct != null;
  }

  /**
   * The memory of the elements if this is a view of a direct buffer, and otherwise empty. The
   * returned buffer shares that memory, is in little-endian order, and has its own position and
   * limit, which enclose the elements.
   *
   * @throws IllegalStateException if the buffer belongs to an arena that is closed
   */
  public Optional<ByteBuffer> directBuffer() {
    if (direct == null) {
      return Optional.empty();
    }
    if (length > 0) {
      // Throws at once if the arena is closed.
      direct.get(0);
    }
    return Optional.of(direct.duplicate().order(ByteOrder.LITTLE_ENDIAN));
  }

  /**
   * Copies the elements to a buffer, in little-endian order whatever the order of the buffer.
   *
   * @param target receives the elements at its position, which does not change
   * @throws IllegalArgumentException if the buffer has less than {@link #byteSize} bytes remaining
   */
  public void copyTo(ByteBuffer target) {
    copyTo.accept(littleEndian(target));
  }

  /**
   * Replaces the elements by those of a buffer, which are in little-endian order whatever the order
   * of the buffer.
   *
   * @param source holds the elements at its position, which does not change
   * @throws IllegalArgumentException if the buffer has less than {@link #byteSize} bytes remaining
   */
  public void copyFrom(ByteBuffer source) {
    copyFrom.accept(littleEndian(source));
  }

  private ByteBuffer littleEndian(ByteBuffer buffer) {
    if (buffer.remaining() < byteSize()) {
      throw new IllegalArgumentException(
          "the buffer must have " + byteSize() + " bytes remaining, for " + this + ": " + buffer);
    }
    return buffer.slice(buffer.position(), byteSize()).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public String toString() {
    return "Tensor(" + length + " × " + type + (direct == null ? "" : ", direct") + ")";
  }
}
