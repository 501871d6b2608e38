package io.muster.cli.perf;

/** A run of elements that is computed, not stored. */
@FunctionalInterface
interface Elements {
  /** The bits of the element at an index. */
  long at(int index);
}
