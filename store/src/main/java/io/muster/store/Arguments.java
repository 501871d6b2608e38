package io.muster.store;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Checks arguments for null, and names the null argument, before a store does anything. */
final class Arguments {
  private Arguments() {}

  /** Encodes {@code text} as UTF-8. */
  static byte[] utf8(String text, String name) {
    return requireNonNull(text, name).getBytes(StandardCharsets.UTF_8);
  }

  /** Returns {@code revision}, which must not be negative. */
  static long requireRevision(long revision) {
    if (revision < 0) {
      throw new IllegalArgumentException("revision must not be negative but was " + revision);
    }
    return revision;
  }

  /** Returns a copy of {@code array} without null elements. */
  static List<String> list(String[] array, String name) {
    return copy(Arrays.asList(requireNonNull(array, name)), name);
  }

  /** Returns a copy without null elements, which later changes of {@code list} do not affect. */
  static <T> List<T> copy(List<T> list, String name) {
    int size = requireNonNull(list, name).size();
    List<T> copy = new ArrayList<>(size);
    for (T element : list) {
      if (element == null) {
        throw new NullPointerException(name + "[" + copy.size() + "]");
      }
      copy.add(element);
    }
    return copy;
  }
}
