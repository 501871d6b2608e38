package io.muster.collectives.internal.algorithm;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The lengths of all messages, in order, by rank and peer: what peers can observe of a rank. */
record Traffic(Map<String, List<Long>> messages) {
  Traffic() {
    this(new TreeMap<>());
  }

  void sends(int rank, int to, long bytes) {
    add(rank + " sends to " + to, bytes);
  }

  void receives(int rank, int from, long bytes) {
    add(rank + " receives from " + from, bytes);
  }

  private void add(String what, long bytes) {
    messages.computeIfAbsent(what, w -> new ArrayList<>()).add(bytes);
  }
}
