package io.muster.cli.perf;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What rank {@code r} sends at index {@code i}:
 *
 * <ul>
 *   <li>{@code (i + 31 r) mod 127} where elements are only copied: every type holds all of these;
 *   <li>{@code 1 + (i + r²) mod 7} for sums, averages, the least and the greatest: the sum of many
 *       ranks is exact in every type, in whatever order it is made, and differs from one index to
 *       the next for any number of ranks;
 *   <li>2 where {@code (i + r²) mod 7} is 0 and otherwise 1 for products, which so are powers of 2.
 * </ul>
 *
 * <p>The periods are primes, so that what a wrong offset copies is not by chance the right thing.
 */
final class Fill {
  /** After how many indices the elements for a reduction repeat. */
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
