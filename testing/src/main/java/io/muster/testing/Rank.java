package io.muster.testing;

/**
 * Which rank of a world runs.
 *
 * @param rank from 0
 * @param size how many ranks the world has
 */
public record Rank(int rank, int size) {
  @Override
  public String toString() {
    return "rank %d of %d".formatted(rank, size);
  }
}
