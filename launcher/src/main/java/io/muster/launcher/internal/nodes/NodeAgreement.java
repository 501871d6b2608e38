package io.muster.launcher.internal.nodes;

import io.muster.store.Store;
import io.muster.store.StoreTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How a fixed number of nodes meet in a store, and agree on their ranks.
 *
 * <p>Each node sets the key of its rank, and reads the keys of all ranks. The first node that has
 * read all sets the key {@code world} to their values, which hold for all nodes. A node that gives
 * up deletes its key, and then changes {@code world}: a node that has read the deleted key can no
 * longer set {@code world}, because that is a compare-and-set, and reads the keys again.
 */
final class NodeAgreement {
  private static final String WORLD = "world";

  private final Store store;
  private final int count;
  private final String hint;
  private String id = "";
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
    id = self.id();
    own = rank.isPresent() ? take(rank.getAsInt(), self) : takeFree(self);
    while (true) {
      boolean late = !awaitNodes(timeout, start);
      String world = world();
      List<String> nodes = keys().stream().map(key -> store.findString(key).orElse("")).toList();
      boolean complete = !nodes.contains("");
      if (complete && !isAgreed(world)) {
        world = store.compareSet(WORLD, world, encode(nodes));
      }
      if (isAgreed(world)) {
        return placement(decode(world));
      }
      if (late && !complete && withdraw()) {
        throw JoinException.timeout(missing(nodes, timeout));
      }
    }
  }

  /** Returns false if the timeout has passed. */
  private boolean awaitNodes(Duration timeout, long start) {
    Duration left = timeout.minusNanos(System.nanoTime() - start);
    try {
      store.await(left.isNegative() ? Duration.ZERO : left, keys());
      return true;
    } catch (StoreTimeoutException e) {
      return false;
    }
  }

  private Placement placement(List<NodeInfo> nodes) throws JoinException {
    for (int i = 0; i < count; i++) {
      if (nodes.get(i).id().equals(id)) {
        return new Placement(i, nodes);
      }
    }
    boolean unused = store.deleteKey(key(own));
    throw allHaveJoined();
  }

  /**
   * Gives up the rank that {@link #join} has taken, so that this node can be started again. Returns
   * false if the nodes have agreed on a world with this node, because the others go on with it.
   */
  boolean withdraw() {
    if (own < 0) {
      return true;
    }
    boolean unused = store.deleteKey(key(own));
    String mark = "without " + id;
    while (true) {
      String world = world();
      if (isAgreed(world)) {
        return decode(world).stream().noneMatch(node -> node.id().equals(id));
      }
      if (store.compareSet(WORLD, world, mark).equals(mark)) {
        return true;
      }
    }
  }

  private String world() {
    return store.findString(WORLD).orElse("");
  }

  /** Whether this is a world, rather than the mark of a node that gave up, or nothing. */
  private static boolean isAgreed(String world) {
    return world.startsWith("{");
  }

  private static String encode(List<String> nodes) {
    Fields fields = new Fields();
    for (int i = 0; i < nodes.size(); i++) {
      Fields unused = fields.with(key(i), nodes.get(i));
    }
    return fields.toString();
  }

  private List<NodeInfo> decode(String world) {
    Fields fields = Fields.parse(world);
    return keys().stream().map(key -> NodeInfo.decode(fields.text(key))).toList();
  }

  private int take(int rank, NodeInfo self) throws JoinException {
    if (!store.compareAndSet(key(rank), "", self.encode())) {
      throw JoinException.misuse(
          "node rank "
              + rank
              + " has been taken by "
              + store.findString(key(rank)).map(node -> NodeInfo.decode(node).host()).orElse("?")
              + "; expected a different --node-rank on each node, and a different --rdzv-id for"
              + " each run that uses this store; if the launcher of that node was killed while it"
              + " waited for others, stop and start all nodes");
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
    throw allHaveJoined();
  }

  private JoinException allHaveJoined() {
    return JoinException.misuse(
        "all "
            + count
            + " nodes have joined already; expected --nnodes to count all nodes, and a different"
            + " --rdzv-id for each run that uses this store");
  }

  private String missing(List<String> nodes, Duration timeout) {
    List<Integer> missing =
        IntStream.range(0, count).filter(i -> nodes.get(i).isEmpty()).boxed().toList();
    return (count - missing.size())
        + " of "
        + count
        + " nodes have joined within "
        + timeout.toMillis() / 1000.0
        + " s; missing: node rank "
        + missing.stream().map(String::valueOf).collect(Collectors.joining(", "))
        + hint;
  }

  private List<String> keys() {
    return IntStream.range(0, count).mapToObj(NodeAgreement::key).toList();
  }

  private static String key(int rank) {
    return "node/" + rank;
  }
}
