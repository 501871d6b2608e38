package io.muster.interop;

import io.muster.collectives.DataType;
import io.muster.collectives.Tensor;
import java.nio.ByteBuffer;
import java.util.function.Supplier;

/** A tensor for Muster, and a view of its bytes after an operation. */
record Staged(Tensor tensor, Supplier<ByteBuffer> bytes) {
  /** What lies before a tensor in its array, and behind it. */
  private static final int MARGIN = 3;

  /** A tensor in the given memory itself. */
  static Staged direct(DataType type, ByteBuffer data) {
    return new Staged(Tensor.of(data, type), () -> data);
  }

  /** A tensor in the middle of an array, if the type is one that Java has arrays of. */
  static Staged array(DataType type, ByteBuffer data) {
    int length = data.capacity() / type.bytes();
    return switch (type) {
      case INT8, UINT8 -> {
        byte[] array = new byte[length + 2 * MARGIN];
        data.get(0, array, MARGIN, length);
        yield new Staged(
            type == DataType.INT8
                ? Tensor.of(array, MARGIN, length)
                : Tensor.unsigned(array, MARGIN, length),
            () -> data.put(0, array, MARGIN, length));
      }
      case FLOAT16, BFLOAT16 -> {
        short[] array = new short[length + 2 * MARGIN];
        data.asShortBuffer().get(array, MARGIN, length);
        yield new Staged(
            type == DataType.FLOAT16
                ? Tensor.float16(array, MARGIN, length)
                : Tensor.bfloat16(array, MARGIN, length),
            () -> {
              data.asShortBuffer().put(array, MARGIN, length);
              return data;
            });
      }
      case INT32 -> {
        int[] array = new int[length + 2 * MARGIN];
        data.asIntBuffer().get(array, MARGIN, length);
        yield new Staged(
            Tensor.of(array, MARGIN, length),
            () -> {
              data.asIntBuffer().put(array, MARGIN, length);
              return data;
            });
      }
      case INT64 -> {
        long[] array = new long[length + 2 * MARGIN];
        data.asLongBuffer().get(array, MARGIN, length);
        yield new Staged(
            Tensor.of(array, MARGIN, length),
            () -> {
              data.asLongBuffer().put(array, MARGIN, length);
              return data;
            });
      }
      case FLOAT32 -> {
        float[] array = new float[length + 2 * MARGIN];
        data.asFloatBuffer().get(array, MARGIN, length);
        yield new Staged(
            Tensor.of(array, MARGIN, length),
            () -> {
              data.asFloatBuffer().put(array, MARGIN, length);
              return data;
            });
      }
      case FLOAT64 -> {
        double[] array = new double[length + 2 * MARGIN];
        data.asDoubleBuffer().get(array, MARGIN, length);
        yield new Staged(
            Tensor.of(array, MARGIN, length),
            () -> {
              data.asDoubleBuffer().put(array, MARGIN, length);
              return data;
            });
      }
      // A sum of booleans is a byte that Java's have no room for.
      case BOOL -> direct(type, data);
    };
  }
}
