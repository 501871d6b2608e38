package io.muster.bench.scale;

/**
 * Ranks that start together, and the server that they start with.
 *
 * @param ranksPerConnection 1, or how many ranks a node's relay has
 * @param gigabits of the server's link, a second
 * @param overSeconds the time from the first rank's start to the last one's, evenly
 * @param backlog how many connections may wait to be accepted
 */
record Cluster(
    int ranks, int ranksPerConnection, double gigabits, double overSeconds, int backlog) {
  /** Linux's limit, net.core.somaxconn, unless it is raised. */
  static final int USUAL_BACKLOG = 4096;

  /** From one host to another of the same cluster, through some switches. */
  static final long LATENCY_NANOS = 50_000;

  int connections() {
    return (ranks + ranksPerConnection - 1) / ranksPerConnection;
  }
}
