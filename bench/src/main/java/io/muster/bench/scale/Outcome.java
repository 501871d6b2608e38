package io.muster.bench.scale;

import java.util.Map;

/**
 * What a simulated start cost.
 *
 * @param nanos until the last rank is through the last barrier
 * @param started how many ranks came to the end
 * @param connections that the server accepted
 * @param done what the server did, and how often
 * @param threadBusy nanoseconds for which the server's thread had work
 * @param linkBusy nanoseconds for which the fuller direction of its link carried something
 * @param memory bytes of the server above those of the empty one, without the kernel's
 * @param mostUnaccepted the longest that the accept queue was
 * @param droppedSyns how often a client found it full, and tried again after a second or more
 */
record Outcome(
    long nanos,
    int started,
    int connections,
    Map<Operation, Long> done,
    long packets,
    long bytesIn,
    long bytesOut,
    long threadBusy,
    long linkBusy,
    long memory,
    int mostUnaccepted,
    long droppedSyns) {
  private static final double NEARLY_ALWAYS = 0.9;

  /** Requests that clients sent, each with all that came in one message counted apart. */
  long requests() {
    long all = done.values().stream().mapToLong(Long::longValue).sum();
    return all - done.getOrDefault(Operation.ACCEPT, 0L) - done.getOrDefault(Operation.WAKE, 0L);
  }

  double threadShare() {
    return (double) threadBusy / nanos;
  }

  double linkShare() {
    return (double) linkBusy / nanos;
  }

  /** What the start would be shorter without. */
  String limit() {
    if (Math.max(threadShare(), linkShare()) > NEARLY_ALWAYS) {
      return threadShare() >= linkShare() ? "the server's thread" : "the server's link";
    }
    return droppedSyns > 0 ? "accept queue" : "the ranks' own start";
  }
}
