package io.muster.launcher.internal.nodes;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The ranks of this node's workers in the world. Global ranks follow the node ranks, and so do the
 * ranks of a role among the nodes that have it, as in {@code torchrun}.
 *
 * @param nodeRank the rank of this node
 * @param nodes all nodes, by rank
 */
public record Placement(int nodeRank, List<NodeInfo> nodes) {
  /** Copies the list. */
  public Placement {
    nodes = List.copyOf(nodes);
  }

  /** This node. */
  public NodeInfo self() {
    return nodes.get(nodeRank);
  }

  /** The number of ranks on all nodes. */
  public int worldSize() {
    return nodes.stream().mapToInt(NodeInfo::workers).sum();
  }

  /** The global rank of this node's first worker. */
  public int firstRank() {
    return nodes.subList(0, nodeRank).stream().mapToInt(NodeInfo::workers).sum();
  }

  /** The number of ranks on all nodes with the role of this node. */
  public int roleWorldSize() {
    return roleWorldSize(nodes);
  }

  /** The rank of this node's first worker among those of its role. */
  public int firstRoleRank() {
    return roleWorldSize(nodes.subList(0, nodeRank));
  }

  private int roleWorldSize(List<NodeInfo> of) {
    return of.stream()
        .filter(node -> node.role().equals(self().role()))
        .mapToInt(NodeInfo::workers)
        .sum();
  }

  /** How often the world is restarted, by the options of node 0. */
  public int maxRestarts() {
    return nodes.get(0).maxRestarts();
  }

  /**
   * The rank of the node that decides whether there is another attempt, and empties the store
   * before: the one that hosts the store, else node 0.
   */
  int leader() {
    return IntStream.range(0, nodes.size())
        .filter(rank -> nodes.get(rank).hosts())
        .findFirst()
        .orElse(0);
  }

  /** A node for messages, such as {@code node 1 (host-b)}. */
  String describe(int rank) {
    return "node " + rank + " (" + nodes.get(rank).host() + ")";
  }
}
