package io.muster.store.internal.keyspace;

import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The waiters for a change of any key with a prefix. A change of a key costs time proportional to
 * the waiters that it releases, and a few comparisons for those that it does not: the prefixes are
 * sorted, so most of those that do not match are never compared. Not thread-safe.
 */
final class WaitersByPrefix implements Waiter.Registry {
  private final TreeMap<byte[], WaitQueue> queues = new TreeMap<>(Arrays::compare);
  private int size;
  private long nodesTouched;

  /** Registers a waiter. */
  void register(Waiter waiter, byte[] prefix) {
    WaitQueue known = queues.get(prefix);
    WaitQueue waiters = known == null ? new WaitQueue(prefix) : known;
    WaitQueue.Node node = waiters.add(waiter);
    nodesTouched++;
    try {
      List<WaitQueue.Node> nodes = List.of(node);
      if (known == null) {
        queues.put(prefix, waiters);
      }
      waiter.nodes = nodes;
    } catch (Throwable e) {
      // For example OutOfMemoryError.
      node.remove();
      throw e;
    }
    waiter.registry = this;
    waiter.missing = 1;
    size++;
  }

  /** The key was set or deleted: releases the waiters for its prefixes. */
  void release(byte[] key) {
    if (size == 0) {
      return;
    }
    byte @Nullable [] candidate = queues.floorKey(key);
    while (candidate != null) {
      nodesTouched++;
      int differs = Arrays.mismatch(candidate, key);
      if (differs < 0 || differs == candidate.length) {
        byte @Nullable [] shorter = queues.lowerKey(candidate);
        releaseAll(candidate);
        candidate = shorter;
      } else {
        // Whatever shares more bytes with the key would be between the two.
        candidate = queues.floorKey(Arrays.copyOf(key, differs));
      }
    }
  }

  /** All keys were deleted: releases all waiters. */
  void releaseAll() {
    while (!queues.isEmpty()) {
      releaseAll(queues.firstKey());
    }
  }

  private void releaseAll(byte[] prefix) {
    WaitQueue waiters = queues.remove(prefix);
    WaitQueue.Node node = waiters == null ? null : waiters.first;
    while (node != null) {
      nodesTouched++;
      WaitQueue.Node following = node.following;
      node.remove();
      markOver(node.waiter);
      node.waiter.released(null);
      node = following;
    }
  }

  @Override
  public void forget(Waiter waiter) {
    if (waiter.missing == 0) {
      return;
    }
    WaitQueue.Node node = waiter.nodes.get(0);
    node.remove();
    nodesTouched++;
    if (node.queue.isEmpty()) {
      queues.remove(node.queue.key);
    }
    markOver(waiter);
  }

  /** The number of waiters that are not over. */
  int size() {
    return size;
  }

  /** The number of nodes and prefixes that all calls together have visited. It only grows. */
  long work() {
    return nodesTouched;
  }

  /** The number of prefixes that have waiters. */
  int prefixes() {
    return queues.size();
  }

  private void markOver(Waiter waiter) {
    waiter.missing = 0;
    waiter.nodes = List.of();
    size--;
  }
}
