package io.muster.collectives.internal.mesh;

import java.io.IOException;
import java.util.List;

/** Ranks are missing at the deadline. */
public final class MissingRanksException extends IOException {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // an immutable list of numbers is
  private final List<Integer> ranks;

  MissingRanksException(String what, List<Integer> ranks) {
    super("ranks " + ranks + " " + what);
    this.ranks = List.copyOf(ranks);
  }

  /** The missing ranks. */
  public List<Integer> ranks() {
    return ranks;
  }
}
