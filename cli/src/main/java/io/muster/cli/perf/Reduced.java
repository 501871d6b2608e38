package io.muster.cli.perf;

import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** The expected result of reducing the {@link Fill} of all ranks, computed directly. */
record Reduced(ElementType type, Reduction reduction, int worldSize) {
  /**
   * Whether results are exact in the type, so that there is only one correct result. An average is
   * an exact sum that is rounded once.
   */
  boolean isExact() {
    if (!type.isFloat()) {
      return true;
    }
    return switch (reduction) {
      case SUM, AVG -> (long) worldSize * Fill.REDUCED_PERIOD <= 1L << type.precision();
      case PROD -> IntStream.range(0, Fill.REDUCED_PERIOD).allMatch(this::hasPowerOfProduct);
      case MIN, MAX -> true;
    };
  }

  private boolean hasPowerOfProduct(int index) {
    return twos(index) <= type.maxExponent();
  }

  /** The result at each index. */
  Elements elements() {
    long[] period = IntStream.range(0, Fill.REDUCED_PERIOD).mapToLong(this::at).toArray();
    return index -> period[index % period.length];
  }

  private long at(int index) {
    return switch (reduction) {
      case SUM -> type.ofWhole(numbers(index).sum());
      case AVG -> type.ofNumber((double) numbers(index).sum() / worldSize);
      case MIN -> type.ofWhole(numbers(index).min().orElseThrow());
      case MAX -> type.ofWhole(numbers(index).max().orElseThrow());
      case PROD -> product(twos(index));
    };
  }

  private long product(int twos) {
    if (type.isFloat()) {
      return type.ofNumber(Math.scalb(1.0, twos));
    }
    return twos < Long.SIZE ? type.ofWhole(1L << twos) : 0;
  }

  private int twos(int index) {
    return (int) numbers(index).filter(number -> number == 2).count();
  }

  private LongStream numbers(int index) {
    return IntStream.range(0, worldSize).mapToLong(rank -> Fill.numberAt(reduction, rank, index));
  }
}
