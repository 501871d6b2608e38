package io.muster.cli.demo;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a rank of the demo has done and checked. Each line of a rank begins with one. */
public enum Step {
  /** The rank runs. */
  STARTED,
  /** It has read a key of each rank. */
  KEYS,
  /** It has met the other ranks in a process group. */
  MET,
  /** It has the right sum over all ranks. */
  REDUCED;

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<Step> of(String word) {
    return Arrays.stream(values()).filter(step -> step.word().equals(word)).findFirst();
  }
}
