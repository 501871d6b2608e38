package io.muster.store.internal.keyspace;

import org.jspecify.annotations.Nullable;

/**
 * The waiters for one key, in the order they registered. Most keys have one waiter, and many
 * waiters wait for many keys, so a node is as small as possible.
 */
final class WaitQueue {
  final byte[] key;
  @Nullable Node first;
  private @Nullable Node last;

  /** Creates an empty queue. The key must not be modified afterwards. */
  WaitQueue(byte[] key) {
    this.key = key;
  }

  /** A waiter's entry in the queue. */
  static final class Node {
    final Waiter waiter;
    final WaitQueue queue;
    @Nullable Node following;
    private @Nullable Node previous;
    private boolean removed;

    private Node(Waiter waiter, WaitQueue queue) {
      this.waiter = waiter;
      this.queue = queue;
    }

    /** Removes the node. Has no effect if it has been removed. */
    void remove() {
      if (!removed) {
        removed = true;
        queue.link(previous, following);
      }
    }
  }

  boolean isEmpty() {
    return first == null;
  }

  /** Whether a waiter is the last of the queue. */
  boolean endsWith(Waiter waiter) {
    return last != null && last.waiter == waiter;
  }

  /** Appends a waiter. */
  Node add(Waiter waiter) {
    Node node = new Node(waiter, this);
    node.previous = last;
    if (last == null) {
      first = node;
    } else {
      last.following = node;
    }
    last = node;
    return node;
  }

  /** Links two nodes, one of which may be an end of the queue. */
  private void link(@Nullable Node previous, @Nullable Node following) {
    if (previous == null) {
      first = following;
    } else {
      previous.following = following;
    }
    if (following == null) {
      last = previous;
    } else {
      following.previous = previous;
    }
  }
}
