package io.muster.testing;

import java.util.Locale;

/**
 * Which rank of a world runs.
 *
 * @param rank from 0
 * @param size how many ranks the world has
 */
public record Rank(int rank, int size) {
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "rank %d of %d", rank, size);
  }
}
