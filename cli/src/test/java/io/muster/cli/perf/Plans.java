package io.muster.cli.perf;

/** Plans for tests. */
final class Plans {
  private Plans() {}

  /** A plan with checks, and few iterations. */
  static Plan checked(
      Collective collective,
      ElementType type,
      Reduction reduction,
      int root,
      long first,
      long last) {
    return new Plan(collective, type, reduction, root, first, last, 4, 2, 1, true);
  }

  static Plan of(Collective collective, ElementType type) {
    return new Plan(collective, type, Reduction.SUM, 1, 4, 64 << 20, 2, null, null, false);
  }
}
