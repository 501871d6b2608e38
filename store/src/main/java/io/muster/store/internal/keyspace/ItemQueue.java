package io.muster.store.internal.keyspace;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
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

  /** The items at this moment. */
  View view() {
    return new View(first, size);
  }

  /** The items of a queue at one moment, which any thread may read. */
  static final class View {
    private final Node first;
    private final int size;

    private View(Node first, int size) {
      this.first = first;
      this.size = size;
    }

    int size() {
      return size;
    }

    /** The items, the oldest first. The link after the last one, which may change, is not read. */
    Iterator<byte[]> items() {
      return new Iterator<>() {
        private @Nullable Node last;
        private int returned;

        @Override
        public boolean hasNext() {
          return returned < size;
        }

        @Override
        public byte[] next() {
          if (!hasNext()) {
            throw new NoSuchElementException();
          }
          Node node = last == null ? first : Objects.requireNonNull(last.next);
          last = node;
          returned++;
          return node.item;
        }
      };
    }
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
