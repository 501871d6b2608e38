package io.muster.cli.perf;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What to measure. All ranks of a run have the same plan.
 *
 * @param reduction ignored if the collective does not reduce
 * @param root ignored if the collective has no root
 * @param firstBytes the first size; each further size is {@code factor} times the previous one, up
 *     to {@code lastBytes}
 * @param iterations the timed calls per size; if null, fewer for larger sizes
 * @param warmUps the calls before the timed ones; if null, as many as these
 * @param check whether to check results
 */
public record Plan(
    Collective collective,
    ElementType type,
    Reduction reduction,
    int root,
    long firstBytes,
    long lastBytes,
    int factor,
    @Nullable Integer iterations,
    @Nullable Integer warmUps,
    boolean check) {
  private static final int MAX_ITERATIONS = 500;
  private static final int MIN_ITERATIONS = 5;

  /**
   * The number of bytes that the default iterations of a size transfer, within the limits above.
   */
  private static final long BYTES_OF_ITERATIONS = 64L << 20;

  /**
   * Checks what does not depend on the number of ranks.
   *
   * @throws IllegalArgumentException if the plan is invalid
   */
  public Plan {
    require(firstBytes > 0, "the first size must be at least 1 byte");
    require(firstBytes <= lastBytes, "the last size must not be less than the first");
    require(lastBytes <= Integer.MAX_VALUE, "sizes must be below 2 GiB");
    require(factor > 1, "the factor between sizes must be at least 2 but was " + factor);
    require(
        iterations == null || iterations > 0,
        "iterations must be at least 1 but was " + iterations);
    require(warmUps == null || warmUps >= 0, "warm-up calls must be at least 0 but was " + warmUps);
    require(
        !collective.reduces() || reduction != Reduction.AVG || type.isFloat(),
        "avg is for floating-point types, not for " + type);
    require(!check || collective.movesData(), collective + " has no result to check");
  }

  /**
   * Checks what depends on the number of ranks.
   *
   * @throws IllegalArgumentException if the plan is invalid for this number of ranks
   */
  public void validate(int worldSize) {
    require(
        root >= 0 && root < worldSize,
        String.format(Locale.ROOT, "the root must be 0 to %2$d but was %1$d", root, worldSize - 1));
    require(
        collective != Collective.SEND_RECV || worldSize > 1,
        collective + " needs at least 2 ranks");
    require(
        !sizes(worldSize).isEmpty(),
        String.format(
            Locale.ROOT,
            "%d bytes are less than one element of %s for each of %d ranks",
            lastBytes,
            type,
            worldSize));
    require(
        !check || !collective.reduces() || new Reduced(type, reduction, worldSize).isExact(),
        String.format(
            Locale.ROOT,
            "the %s of %d ranks is not exact in %s, so it cannot be checked",
            reduction,
            worldSize,
            type));
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }

  /** The sizes, without those that have less than one element per rank. */
  List<Size> sizes(int worldSize) {
    List<Size> sizes = new ArrayList<>();
    if (!collective.movesData()) {
      sizes.add(new Size(0, 0, iterationsOf(0), warmUpsOf(0)));
      return sizes;
    }
    int parts = collective.parts(worldSize);
    for (long asked = firstBytes; asked <= lastBytes; asked *= factor) {
      int count = (int) (asked / type.bytes() / parts);
      if (count > 0) {
        long bytes = (long) count * type.bytes() * parts;
        sizes.add(new Size(bytes, count, iterationsOf(asked), warmUpsOf(asked)));
      }
    }
    return sizes;
  }

  private int iterationsOf(long bytes) {
    if (iterations != null) {
      return iterations;
    }
    long most = Math.min(MAX_ITERATIONS, BYTES_OF_ITERATIONS / Math.max(1, bytes));
    return (int) Math.max(MIN_ITERATIONS, most);
  }

  private int warmUpsOf(long bytes) {
    return warmUps != null ? warmUps : iterationsOf(bytes);
  }

  /** The root; empty if the collective has none. */
  OptionalInt rootIfAny() {
    return collective.hasRoot() ? OptionalInt.of(root) : OptionalInt.empty();
  }

  /** The name of the operator, or {@code none}. */
  String reductionName() {
    return collective.reduces() ? reduction.toString() : "none";
  }

  /** The name of the type, or {@code none}. */
  String typeName() {
    return collective.movesData() ? type.toString() : "none";
  }

  /** The elements that each rank sends. */
  Fill fill() {
    return collective.reduces() ? Fill.reduced(type, reduction) : Fill.copied(type);
  }
}
