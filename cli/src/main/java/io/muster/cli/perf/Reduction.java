package io.muster.cli.perf;

import io.muster.collectives.ReduceOp;
import java.util.Locale;

/** A reduction operator that can be measured. */
public enum Reduction {
  /** The sum. */
  SUM(ReduceOp.SUM),
  /** The product. */
  PROD(ReduceOp.PRODUCT),
  /** The minimum. */
  MIN(ReduceOp.MIN),
  /** The maximum. */
  MAX(ReduceOp.MAX),
  /** The sum divided by the number of ranks. */
  AVG(ReduceOp.AVG);

  private final ReduceOp op;

  Reduction(ReduceOp op) {
    this.op = op;
  }

  ReduceOp op() {
    return op;
  }

  /** The name on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
