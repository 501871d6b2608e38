package io.muster.store;

import java.util.Objects;
import java.util.Optional;

/**
 * What {@link Store#compareAndSwap} did. Two results are equal only if they hold the same array.
 *
 * @param swapped whether this call replaced the value
 * @param value the value of the key after the call; empty if the key is missing. The array is the
 *     caller's
 */
public record SwapResult(boolean swapped, Optional<byte[]> value) {
  /**
   * A result.
   *
   * @throws NullPointerException if {@code value} is null
   */
  public SwapResult {
    Objects.requireNonNull(value, "value");
  }
}
