package io.muster.cli.perf;

import java.nio.ByteBuffer;

/**
 * The differences between a result and the expected elements.
 *
 * @param wrong the number of wrong elements
 * @param first the index of the first one; like the following components meaningless if there is
 *     none
 */
record Comparison(long wrong, int first, String expected, String seen) {
  /** Compares {@code count} elements bit by bit. */
  static Comparison of(ElementType type, ByteBuffer result, int count, Elements expected) {
    long wrong = 0;
    int first = 0;
    for (int index = count - 1; index >= 0; index--) {
      if (type.read(result, index) != expected.at(index)) {
        wrong++;
        first = index;
      }
    }
    return wrong == 0
        ? new Comparison(0, 0, "", "")
        : new Comparison(
            wrong, first, type.show(expected.at(first)), type.show(type.read(result, first)));
  }
}
