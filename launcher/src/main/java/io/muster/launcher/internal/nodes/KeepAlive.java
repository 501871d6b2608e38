package io.muster.launcher.internal.nodes;

import io.muster.store.Store;

/**
 * Tells the other nodes that this node is alive, and watches one of them. The nodes form a ring:
 * each watches the next one, so the end of any is noticed by the one before it.
 *
 * <p>No clocks are compared: a node has vanished if its counter does not change during a number of
 * steps of this node. Therefore a node that was suspended does not take the others for vanished
 * when it continues.
 */
final class KeepAlive {
  private final Store store;
  private final String own;
  private final String watched;
  private final int maxMissed;
  private String last = "";
  private int missed;

  /**
   * Creates the first step's state.
   *
   * @param maxMissed after how many steps without a sign of life a node has vanished
   */
  KeepAlive(Store store, int self, int watched, int maxMissed) {
    this.store = store;
    this.own = key(self);
    this.watched = key(watched);
    this.maxMissed = maxMissed;
  }

  /** Counts up, and returns whether the watched node still does. */
  boolean step() {
    long unused = store.add(own, 1);
    String now = store.findString(watched).orElse("");
    missed = now.equals(last) ? missed + 1 : 0;
    last = now;
    return missed < maxMissed;
  }

  private static String key(int rank) {
    return "alive/" + rank;
  }
}
