package io.muster.testing;

import java.util.Locale;

/**
 * The rank that a test body runs as.
 *
 * @param rank the rank, from 0
 * @param size the number of ranks of the world
 */
public record Rank(int rank, int size) {
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "rank %d of %d", rank, size);
  }
}
