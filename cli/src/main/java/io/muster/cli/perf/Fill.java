package io.muster.cli.perf;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The elements that rank {@code r} sends at index {@code i}:
 *
 * <ul>
 *   <li>{@code (i + 31 r) mod 127} for collectives that only copy. Every type represents all of
 *       these values.
 *   <li>{@code 1 + (i + r²) mod 7} for sum, average, minimum and maximum. The sum over many ranks
 *       is exact in every type and in any order, and differs between adjacent indices for any
 *       number of ranks.
 *   <li>2 if {@code (i + r²) mod 7} is 0 and otherwise 1 for products, so that products are powers
 *       of 2.
 * </ul>
 *
 * <p>The periods are prime, so that elements copied from a wrong offset differ from the right ones.
 */
final class Fill {
  /** The period of the elements for a reduction. */
  static final int REDUCED_PERIOD = 7;

  private static final int COPIED_PERIOD = 127;
  private static final int COPIED_STEP = 31;

  private final @Nullable Reduction reduction;
  private final long[] period;

  private Fill(@Nullable Reduction reduction, long[] period) {
    this.reduction = reduction;
    this.period = period;
  }

  /** The elements for collectives that only copy. */
  static Fill copied(ElementType type) {
    return new Fill(null, IntStream.range(0, COPIED_PERIOD).mapToLong(type::ofWhole).toArray());
  }

  /** The elements for collectives that reduce. */
  static Fill reduced(ElementType type, Reduction reduction) {
    long[] period = new long[REDUCED_PERIOD];
    Arrays.setAll(period, k -> type.ofWhole(numberAt(reduction, 0, k)));
    return new Fill(reduction, period);
  }

  /** The number that a rank has at an index of a collective that reduces. */
  static long numberAt(Reduction reduction, int rank, int index) {
    long place = ((long) index + (long) rank * rank) % REDUCED_PERIOD;
    return reduction == Reduction.PROD ? (place == 0 ? 2 : 1) : 1 + place;
  }

  /** The elements of a rank. */
  Elements of(int rank) {
    long ahead = reduction == null ? COPIED_STEP * (long) rank : (long) rank * rank;
    int start = (int) (ahead % period.length);
    return index -> period[(int) (((long) index + start) % period.length)];
  }
}
