package io.muster.collectives;

/**
 * How a reduction makes one element of two; PyTorch's {@code ReduceOp}. Results are PyTorch's to
 * the last bit: every rank adds to what it received in the precision of the type, and in PyTorch's
 * order.
 */
public enum ReduceOp {
  /** The sum. Integers wrap around. */
  SUM,
  /**
   * The sum divided by the number of ranks; for floating-point types only. With others, all ranks
   * make sums and then throw {@link IllegalArgumentException}, as PyTorch does.
   */
  AVG,
  /** The product. Integers wrap around. */
  PRODUCT,
  /** The smaller one. Of a number and a NaN, which one depends on the order, as in PyTorch. */
  MIN,
  /** The larger one. Of a number and a NaN, which one depends on the order, as in PyTorch. */
  MAX,
  /** Bitwise and; for integers and booleans only. */
  BAND,
  /** Bitwise or; for integers and booleans only. */
  BOR,
  /** Bitwise exclusive or; for integers and booleans only. */
  BXOR
}
