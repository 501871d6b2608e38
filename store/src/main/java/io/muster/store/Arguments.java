package io.muster.store;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Refuses arguments that are null, by name, before a store does anything. */
final class Arguments {
  private Arguments() {}

  /** {@code text} in UTF-8. */
  static byte[] utf8(String text, String name) {
    return requireNonNull(text, name).getBytes(StandardCharsets.UTF_8);
  }

  /** {@code array} as a list. */
  static List<String> list(String[] array, String name) {
    return copy(Arrays.asList(requireNonNull(array, name)), name);
  }

  /** A copy, of which nothing is null, whatever becomes of {@code list}. */
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
