package io.muster.store.internal.keyspace;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The waiters of each key. Releasing a key costs time proportional to its waiters, and removing a
 * waiter costs time proportional to its keys. No method visits all keys or all waiters. A key that
 * was set and then deleted counts as set. Not thread-safe.
 */
final class WaitersByKey implements Waiter.Registry {
  private final KeyMap<WaitQueue> queues = new KeyMap<>();
  private int size;
  private long nodesTouched;

  /** Registers a waiter for at minimum one key, all of which are missing now. */
  void register(Waiter waiter, List<Key> keys) {
    List<WaitQueue.Node> nodes = new ArrayList<>(keys.size());
    try {
      for (Key key : keys) {
        WaitQueue known = queues.get(key.bytes());
        WaitQueue waiters = known == null ? new WaitQueue(key.bytes()) : known;
        // The keys may contain duplicates.
        nodesTouched++;
        if (!waiters.endsWith(waiter)) {
          nodes.add(waiters.add(waiter));
        }
        if (known == null) {
          queues.put(key.bytes(), waiters);
        }
      }
    } catch (Throwable e) {
      // For example OutOfMemoryError. A partly registered waiter would never be released.
      removeAll(nodes);
      throw e;
    }
    waiter.registry = this;
    waiter.nodes = nodes;
    waiter.missing = nodes.size();
    size++;
  }

  /** The key was set: releases every waiter that was still missing only this key. */
  void releaseAll(byte[] key) {
    WaitQueue waiters = queues.get(key);
    if (waiters == null) {
      return;
    }
    WaitQueue.Node node = waiters.first;
    while (node != null) {
      nodesTouched++;
      WaitQueue.Node following = node.following;
      if (!node.waiter.wantsItemOnly) {
        node.remove();
        boolean unusedReleased = releaseIfComplete(node.waiter, null);
      }
      node = following;
    }
    forgetIfEmpty(waiters);
  }

  /**
   * An item was pushed: releases the waiters that are missing only this queue, in order, up to and
   * including the first that may consume the item.
   */
  void releaseOne(byte[] queue) {
    WaitQueue waiters = queues.get(queue);
    if (waiters == null) {
      return;
    }
    Key name = new Key(waiters.key);
    boolean taken = false;
    for (WaitQueue.Node node = waiters.first; node != null && !taken; node = waiters.first) {
      nodesTouched++;
      node.remove();
      taken = releaseIfComplete(node.waiter, name) && node.waiter.mayConsumeItem;
    }
    forgetIfEmpty(waiters);
  }

  @Override
  public void forget(Waiter waiter) {
    if (waiter.missing == 0) {
      return;
    }
    removeAll(waiter.nodes);
    markOver(waiter);
  }

  private void removeAll(List<WaitQueue.Node> nodes) {
    nodesTouched += nodes.size();
    for (int i = 0; i < nodes.size(); i++) {
      WaitQueue.Node node = nodes.get(i);
      node.remove();
      forgetIfEmpty(node.queue);
    }
  }

  /** The number of waiters that are not over. */
  int size() {
    return size;
  }

  /** The number of nodes and entries that all calls together have visited. It only grows. */
  long work() {
    return queues.steps() + nodesTouched;
  }

  /** The number of keys that have waiters. */
  int keys() {
    return queues.size();
  }

  private void forgetIfEmpty(WaitQueue waiters) {
    if (waiters.isEmpty() && queues.get(waiters.key) == waiters) {
      queues.remove(waiters.key);
    }
  }

  private boolean releaseIfComplete(Waiter waiter, @Nullable Key queue) {
    if (--waiter.missing > 0) {
      return false;
    }
    markOver(waiter);
    waiter.released(queue);
    return true;
  }

  private void markOver(Waiter waiter) {
    waiter.missing = 0;
    waiter.nodes = List.of();
    size--;
  }
}
