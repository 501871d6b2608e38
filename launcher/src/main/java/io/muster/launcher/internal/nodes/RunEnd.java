package io.muster.launcher.internal.nodes;

import java.time.Duration;

/**
 * Why a run ends on all nodes before its attempts are used up.
 *
 * @param signal the signal that stopped a node, such as {@code TERM}; empty if a node has vanished
 * @param node the rank of the node that was stopped or has vanished; -1 if it has no rank yet
 * @param message in words
 */
public record RunEnd(String signal, int node, String message) {
  /** A node was stopped by a signal. */
  public static RunEnd signal(String name, int node, String host) {
    return new RunEnd(
        name,
        node,
        "stopped by SIG" + name + " on " + (node < 0 ? host : "node " + node + " (" + host + ")"));
  }

  static RunEnd vanished(Placement placement, int node, Duration silence) {
    return new RunEnd(
        "",
        node,
        placement.describe(node)
            + " has vanished: it gave no sign of life for "
            + silence.toMillis() / 1000.0
            + " s; its launcher was killed, or the network between the nodes is cut");
  }

  String encode() {
    return new Fields()
        .with("signal", signal)
        .with("node", node)
        .with("message", message)
        .toString();
  }

  static RunEnd decode(String json) {
    Fields fields = Fields.parse(json);
    return new RunEnd(
        fields.text("signal"), Math.toIntExact(fields.number("node")), fields.text("message"));
  }
}
