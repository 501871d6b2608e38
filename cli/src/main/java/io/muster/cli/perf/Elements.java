package io.muster.cli.perf;

/** A sequence of elements that is computed rather than stored. */
@FunctionalInterface
interface Elements {
  /** Returns the bits of the element at an index. */
  long at(int index);
}
