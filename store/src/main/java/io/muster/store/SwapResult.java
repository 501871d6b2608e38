package io.muster.store;

import java.util.Objects;
import java.util.Optional;

/**
 * The result of {@link Store#compareAndSwap}. Two results are equal only if they hold the same
 * array object.
 *
 * @param swapped whether the call replaced the value
 * @param value the value of the key after the call; empty if the key is missing. The caller owns
 *     the array
 */
public record SwapResult(boolean swapped, Optional<byte[]> value) {
  /**
   * Creates a result.
   *
   * @throws NullPointerException if {@code value} is null
   */
  public SwapResult {
    Objects.requireNonNull(value, "value");
  }
}
