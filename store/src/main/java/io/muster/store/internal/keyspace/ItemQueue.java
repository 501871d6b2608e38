package io.muster.store.internal.keyspace;

import org.jspecify.annotations.Nullable;

/**
 * The items of a queue, linked, so that nothing is ever copied however many there are. What is
 * linked after an item does not change any more, so the first item and the length are a view of the
 * queue at a moment.
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

  /** A queue of one item. */
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

  /** The item that came first. */
  byte[] first() {
    return first.item;
  }

  /** Takes away the item that came first, which must not be the only one. */
  void removeFirst() {
    Node next = first.next;
    if (next == null) {
      throw new IllegalStateException("the only item of a queue is removed with the queue");
    }
    first = next;
    size--;
  }
}
