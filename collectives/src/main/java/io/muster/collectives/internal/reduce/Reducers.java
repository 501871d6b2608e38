package io.muster.collectives.internal.reduce;

import io.muster.collectives.DataType;
import io.muster.collectives.ReduceOp;

/** The operators of all types. */
public final class Reducers {
  private Reducers() {}

  /**
   * The operator {@code op} on elements of {@code type}. It is stateless and thread-safe. For
   * {@link ReduceOp#AVG} it computes a sum, which {@link Average} divides when it is complete.
   *
   * @throws IllegalArgumentException if the operator is bitwise and the type is floating-point
   */
  public static Reducer of(DataType type, ReduceOp op) {
    if (type.isFloatingPoint() && isBitwise(op)) {
      throw new IllegalArgumentException("Cannot use ReduceOp." + op + " with elements of " + type);
    }
    return switch (type) {
      case UINT8, BOOL -> new Bytes(op, Bytes.UNSIGNED);
      case INT8 -> new Bytes(op, Bytes.SIGNED);
      case INT32 -> new Ints(op);
      case INT64 -> new Longs(op);
      case FLOAT16 -> new Halves(op, Float16.FORMAT);
      case BFLOAT16 -> new Halves(op, BFloat16.FORMAT);
      case FLOAT32 -> new Floats(op);
      case FLOAT64 -> new Doubles(op);
    };
  }

  private static boolean isBitwise(ReduceOp op) {
    return switch (op) {
      case BAND, BOR, BXOR -> true;
      case SUM, AVG, PRODUCT, MIN, MAX -> false;
    };
  }
}
