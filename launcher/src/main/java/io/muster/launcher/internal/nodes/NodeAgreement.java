package io.muster.launcher.internal.nodes;

import io.muster.store.Store;
import io.muster.store.StoreTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** How a fixed number of nodes meet in a store, and agree on their ranks. */
final class NodeAgreement {
  private final Store store;
  private final int count;
  private final String hint;
  private int own = -1;

  /**
   * Creates an agreement that this node has not joined.
   *
   * @param hint why nodes may be missing, for the end of a message
   */
  NodeAgreement(Store store, int count, String hint) {
    this.store = store;
    this.count = count;
    this.hint = hint;
  }

  /**
   * Joins, and blocks until all nodes have joined.
   *
   * @param rank the rank of this node; empty for the first that is free, in the order of joining
   * @param timeout counted from {@code start}, by {@link System#nanoTime}
   * @throws JoinException if the rank is taken, or not all nodes join within the timeout
   */
  Placement join(NodeInfo self, OptionalInt rank, Duration timeout, long start)
      throws JoinException {
    own = rank.isPresent() ? take(rank.getAsInt(), self) : takeFree(self);
    List<NodeInfo> nodes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Duration left = timeout.minusNanos(System.nanoTime() - start);
      try {
        store.await(left.isNegative() ? Duration.ZERO : left, key(i));
      } catch (StoreTimeoutException e) {
        String missing = missing(timeout);
        boolean unused = withdraw();
        throw JoinException.timeout(missing);
      }
      nodes.add(NodeInfo.decode(store.getString(key(i))));
    }
    return new Placement(own, nodes);
  }

  /**
   * Gives up the rank that {@link #join} has taken, so that this node can be started again. Returns
   * false if all nodes are there, because the others go on with this one then.
   */
  boolean withdraw() {
    return own < 0 || (!missing().isEmpty() && store.deleteKey(key(own)));
  }

  private int take(int rank, NodeInfo self) throws JoinException {
    if (!store.compareAndSet(key(rank), "", self.encode())) {
      throw JoinException.misuse(
          "node rank "
              + rank
              + " has been taken by "
              + NodeInfo.decode(store.getString(key(rank))).host()
              + "; expected a different --node-rank on each node, and a different --rdzv-id for"
              + " each run that uses this store");
    }
    return rank;
  }

  private int takeFree(NodeInfo self) throws JoinException {
    // The nodes that are there already are usually those with the lowest ranks.
    int first = (int) Math.min(store.add("joined", 1) - 1, count);
    for (int i = 0; i < count; i++) {
      int rank = (first + i) % count;
      if (store.compareAndSet(key(rank), "", self.encode())) {
        return rank;
      }
    }
    throw JoinException.misuse(
        "all "
            + count
            + " nodes have joined already; expected --nnodes to count all nodes, and a different"
            + " --rdzv-id for each run that uses this store");
  }

  private String missing(Duration timeout) {
    List<Integer> missing = missing();
    return (count - missing.size())
        + " of "
        + count
        + " nodes have joined within "
        + timeout.toMillis() / 1000.0
        + " s; missing: node rank "
        + missing.stream().map(String::valueOf).collect(Collectors.joining(", "))
        + hint;
  }

  private List<Integer> missing() {
    return IntStream.range(0, count).filter(i -> !store.check(key(i))).boxed().toList();
  }

  private static String key(int rank) {
    return "node/" + rank;
  }
}
