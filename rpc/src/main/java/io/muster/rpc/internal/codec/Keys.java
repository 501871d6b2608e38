package io.muster.rpc.internal.codec;

import io.muster.rpc.RemoteRef;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a map, or the elements of a set, that a sender has chosen. Many different ones with
 * the same hash code would make a hash map take time that grows with the square of their number,
 * unless they can be compared.
 */
final class Keys {
  private static final int MOST_ALIKE = 64;

  /** Classes of keys that a hash map keeps in order where hash codes are the same. */
  private static final Set<Class<?>> ORDERED =
      Set.of(
          String.class,
          Integer.class,
          Long.class,
          Short.class,
          Byte.class,
          Character.class,
          Boolean.class,
          Double.class,
          Float.class,
          UUID.class,
          Duration.class,
          Instant.class,
          BigInteger.class);

  private Keys() {}

  /**
   * Fails if too many keys have the same hash code and no order.
   *
   * @throws IllegalArgumentException if they do
   */
  static void requireSpread(List<? extends @Nullable Object> keys) {
    if (keys.size() <= MOST_ALIKE) {
      return;
    }
    int[] hashes = new int[keys.size()];
    int count = 0;
    for (Object key : keys) {
      if (key != null && !isHarmless(key)) {
        hashes[count++] = key.hashCode();
      }
    }
    if (count <= MOST_ALIKE) {
      return;
    }
    Arrays.sort(hashes, 0, count);
    for (int i = MOST_ALIKE; i < count; i++) {
      if (hashes[i] == hashes[i - MOST_ALIKE]) {
        throw new IllegalArgumentException(
            "more than "
                + MOST_ALIKE
                + " keys of a map or elements of a set have the hash code "
                + hashes[i]);
      }
    }
  }

  /** Whether a key is ordered, or has a hash code that no sender can choose. */
  private static boolean isHarmless(Object key) {
    return ORDERED.contains(key.getClass())
        || key instanceof Enum<?>
        || key instanceof RemoteRef<?>
        || key.getClass().isArray();
  }
}
