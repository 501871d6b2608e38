package io.muster.collectives;

/**
 * The operator that a reduction combines two elements with; PyTorch's {@code ReduceOp}. Results are
 * bit-identical to PyTorch's, because elements are combined in the same order and rounded to the
 * type of the tensor after each step.
 */
public enum ReduceOp {
  /** The sum. Integers wrap around. */
  SUM,
  /**
   * The sum divided by the number of ranks; for floating-point types only. For other types all
   * ranks compute the sum and then throw {@link IllegalArgumentException}, as in PyTorch.
   */
  AVG,
  /** The product. Integers wrap around. */
  PRODUCT,
  /** The minimum. If one element is NaN, the result depends on the order, as in PyTorch. */
  MIN,
  /** The maximum. If one element is NaN, the result depends on the order, as in PyTorch. */
  MAX,
  /** Bitwise AND; for integers and booleans only. */
  BAND,
  /** Bitwise OR; for integers and booleans only. */
  BOR,
  /** Bitwise XOR; for integers and booleans only. */
  BXOR
}
