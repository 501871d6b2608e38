package io.muster.store.internal.keyspace;

import org.jspecify.annotations.Nullable;

/**
 * The items of a queue, as a linked list, so that nothing is copied however many there are. The
 * link from an item to its successor never changes, so the first item and the length form a
 * snapshot.
 */
final class ItemQueue {
  private Node first;
  private Node last;
  private int size = 1;

  private static final class Node {
    final byte[] item;
    @Nullable Node next;

    Node(byte[] item) {
      this.item = item;
    }
  }

  /** Creates a queue of one item. */
  ItemQueue(byte[] item) {
    first = new Node(item);
    last = first;
  }

  void add(byte[] item) {
    Node node = new Node(item);
    last.next = node;
    last = node;
    size++;
  }

  int size() {
    return size;
  }

  /** The oldest item. */
  byte[] first() {
    return first.item;
  }

  /** Removes the oldest item, which must not be the only one. */
  void removeFirst() {
    Node next = first.next;
    if (next == null) {
      throw new IllegalStateException("the only item of a queue is removed with the queue");
    }
    first = next;
    size--;
  }
}
