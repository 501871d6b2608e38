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
 * Checks the keys of maps and the elements of sets, which the sender chooses. Many different keys
 * with the same hash code would take a hash map quadratic time, unless they are comparable.
 */
final class Keys {
  private static final int MAX_COLLISIONS = 64;

  /** Classes of keys that a hash map orders if their hash codes are the same. */
  private static final Set<Class<?>> COMPARABLE =
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
   * Checks keys.
   *
   * @throws IllegalArgumentException if too many have the same hash code and are not comparable
   */
  static void requireSpread(List<? extends @Nullable Object> keys) {
    if (keys.size() <= MAX_COLLISIONS) {
      return;
    }
    int[] hashes = new int[keys.size()];
    int count = 0;
    for (Object key : keys) {
      if (key != null && !isHarmless(key)) {
        hashes[count++] = key.hashCode();
      }
    }
    if (count <= MAX_COLLISIONS) {
      return;
    }
    Arrays.sort(hashes, 0, count);
    for (int i = MAX_COLLISIONS; i < count; i++) {
      if (hashes[i] == hashes[i - MAX_COLLISIONS]) {
        throw new IllegalArgumentException(
            "more than "
                + MAX_COLLISIONS
                + " keys of a map or elements of a set have the hash code "
                + hashes[i]);
      }
    }
  }

  /** Whether a key is comparable, or has a hash code that the sender cannot choose. */
  private static boolean isHarmless(Object key) {
    return COMPARABLE.contains(key.getClass())
        || key instanceof Enum<?>
        || key instanceof RemoteRef<?>
        || key.getClass().isArray();
  }
}
