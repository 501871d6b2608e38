package io.muster.cli.perf;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What is to be measured. All ranks of a run have the same.
 *
 * @param reduction of no meaning where nothing is reduced
 * @param root of no meaning where no rank is the root
 * @param firstBytes the first size; the next is {@code factor} times that, up to {@code lastBytes}
 * @param iterations timed calls for each size; if not given, fewer the larger the size is
 * @param warmUps calls before these; if not given, as many
 * @param check whether to compare results
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
  private static final int MOST_ITERATIONS = 500;
  private static final int LEAST_ITERATIONS = 5;

  /** How many bytes the default iterations of a size move, between these limits. */
  private static final long BYTES_OF_ITERATIONS = 64L << 20;

  /**
   * Checks what can be checked without knowing how many ranks there are.
   *
   * @throws IllegalArgumentException if it makes no sense
   */
  public Plan {
    require(firstBytes > 0, "the first size must not be 0");
    require(firstBytes <= lastBytes, "the last size must not be less than the first");
    require(lastBytes <= Integer.MAX_VALUE, "sizes must be below 2 GiB");
    require(factor > 1, "the factor between sizes must be 2 or more");
    require(iterations == null || iterations > 0, "there must be at least 1 iteration");
    require(warmUps == null || warmUps >= 0, "there cannot be fewer than 0 warm-up calls");
    require(
        !collective.reduces() || reduction != Reduction.AVG || type.isFloat(),
        "avg is for floating-point types, not for " + type);
    require(!check || collective.movesData(), collective + " has no result to check");
  }

  /**
   * Checks what depends on the number of ranks.
   *
   * @throws IllegalArgumentException if it makes no sense for so many
   */
  public void requireSense(int worldSize) {
    require(
        root >= 0 && root < worldSize,
        String.format(Locale.ROOT, "the root is rank %d of a world of %d", root, worldSize));
    require(
        collective != Collective.SEND_RECV || worldSize > 1, collective + " needs 2 ranks or more");
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

  /** The sizes, without those that have no element for each rank. */
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
    long most = Math.min(MOST_ITERATIONS, BYTES_OF_ITERATIONS / Math.max(1, bytes));
    return (int) Math.max(LEAST_ITERATIONS, most);
  }

  private int warmUpsOf(long bytes) {
    return warmUps != null ? warmUps : iterationsOf(bytes);
  }

  /** The root, where there is one. */
  OptionalInt rootIfAny() {
    return collective.hasRoot() ? OptionalInt.of(root) : OptionalInt.empty();
  }

  /** The operator's name, or {@code none}. */
  String reductionName() {
    return collective.reduces() ? reduction.toString() : "none";
  }

  /** The type's name, or {@code none}. */
  String typeName() {
    return collective.movesData() ? type.toString() : "none";
  }

  /** What each rank sends. */
  Fill fill() {
    return collective.reduces() ? Fill.reduced(type, reduction) : Fill.copied(type);
  }
}
