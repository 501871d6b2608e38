package io.muster.collectives;

import java.util.SplittableRandom;

/**
 * Properties that hold for every seed, as in {@code store/}, whose package of that name the module
 * path hides. A failure names its seed, which {@code -Dmuster.test.jvmArgs=-Dmuster.test.seed=...}
 * tries again.
 */
public final class Randomized {
  private static final String SEED = "muster.test.seed";

  private Randomized() {}

  /** A statement that must hold for whatever the random numbers lead to. */
  public interface Property {
    void check(SplittableRandom random) throws Exception;
  }

  /** Checks {@code property} with {@code rounds} different seeds. */
  public static void check(int rounds, Property property) {
    Long fixed = Long.getLong(SEED);
    if (fixed != null) {
      checkOne(fixed, property);
      return;
    }
    SplittableRandom seeds = new SplittableRandom();
    for (int i = 0; i < rounds; i++) {
      checkOne(seeds.nextLong(), property);
    }
  }

  private static void checkOne(long seed, Property property) {
    try {
      property.check(new SplittableRandom(seed));
    } catch (Exception | AssertionError e) {
      throw new AssertionError("fails with -D" + SEED + "=" + seed + ": " + e, e);
    }
  }
}
