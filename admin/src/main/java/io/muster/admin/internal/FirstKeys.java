package io.muster.admin.internal;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The first of many keys, in the order of their bytes.
 *
 * @param keys the first keys, sorted
 * @param areAll whether there are no others
 */
record FirstKeys(List<byte[]> keys, boolean areAll) {
  /** The maximum number of bytes of all selected keys together, unless there is only one. */
  static final int MAX_BYTES = 1 << 20;

  private static final Comparator<byte[]> ORDER = Arrays::compareUnsigned;

  /**
   * Selects keys in one pass, in the memory of the selected keys.
   *
   * @param limit the maximum number of selected keys; at least 1
   */
  static FirstKeys of(Stream<byte[]> all, int limit) {
    PriorityQueue<byte[]> lastFirst = new PriorityQueue<>(ORDER.reversed());
    byte @Nullable [] end = null;
    long bytes = 0;
    for (Iterator<byte[]> left = all.iterator(); left.hasNext(); ) {
      byte[] key = left.next();
      if (end != null && ORDER.compare(key, end) >= 0) {
        continue;
      }
      lastFirst.add(key);
      bytes += key.length;
      while (lastFirst.size() > limit || (bytes > MAX_BYTES && lastFirst.size() > 1)) {
        end = lastFirst.remove();
        bytes -= end.length;
      }
    }
    return new FirstKeys(lastFirst.stream().sorted(ORDER).toList(), end == null);
  }
}
