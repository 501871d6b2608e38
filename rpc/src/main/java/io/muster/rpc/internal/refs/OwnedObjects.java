package io.muster.rpc.internal.refs;

import io.muster.rpc.internal.wire.ObjectId;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The objects of this worker that somebody refers to, and who. The last to let go frees an object.
 * Messages may overtake each other: a holder numbers its holds, and letting go of one does nothing
 * to a later one. Thread-safe; knows of no connections.
 */
public final class OwnedObjects {
  /** So many objects are remembered that were let go of before they were made. */
  private static final int MAX_UNWANTED = 4096;

  private final Map<ObjectId, Owned> objects = new HashMap<>();
  private final Map<ObjectId, Boolean> unwanted =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ObjectId, Boolean> eldest) {
          return size() > MAX_UNWANTED;
        }
      };

  private record Owned(Object value, Map<Integer, Long> holders) {}

  /**
   * Keeps an object that a worker has asked for, unless the worker has released it meanwhile.
   *
   * @throws IllegalArgumentException if there is one of that name: the worker must not be left to
   *     believe that it refers to its own
   */
  public synchronized void keep(ObjectId id, Object value, int holder, long hold) {
    if (unwanted.remove(id) == null) {
      Map<Integer, Long> holders = new HashMap<>();
      holders.put(holder, hold);
      if (objects.putIfAbsent(id, new Owned(value, holders)) != null) {
        throw new IllegalArgumentException(
            "cannot be kept: there is an object " + id.creator() + "." + id.number() + " already");
      }
    }
  }

  /** Adds a holder; false if the object is gone. */
  public synchronized boolean hold(ObjectId id, int holder, long hold) {
    Owned owned = objects.get(id);
    if (owned == null) {
      return false;
    }
    owned.holders.merge(holder, hold, Math::max);
    return true;
  }

  /** Removes a holder, unless it holds on anew. */
  public synchronized void release(ObjectId id, int holder, long hold) {
    Owned owned = objects.get(id);
    if (owned == null) {
      if (id.creator() == holder && id.number() == hold) {
        unwanted.put(id, true);
      }
      return;
    }
    Long current = owned.holders.get(holder);
    if (current != null && current <= hold) {
      owned.holders.remove(holder);
      if (owned.holders.isEmpty()) {
        objects.remove(id);
      }
    }
  }

  /** Removes a holder that has died from all objects. */
  public synchronized void forget(int holder) {
    for (Iterator<Owned> all = objects.values().iterator(); all.hasNext(); ) {
      Map<Integer, Long> holders = all.next().holders;
      if (holders.remove(holder) != null && holders.isEmpty()) {
        all.remove();
      }
    }
  }

  /** An object, if somebody still refers to it. */
  public synchronized Optional<Object> find(ObjectId id) {
    @Nullable Owned owned = objects.get(id);
    return Optional.ofNullable(owned).map(Owned::value);
  }

  /** All who hold something. */
  public synchronized Set<Integer> holders() {
    Set<Integer> all = new TreeSet<>();
    objects.values().forEach(owned -> all.addAll(owned.holders.keySet()));
    return all;
  }

  /** How many objects there are. */
  public synchronized int size() {
    return objects.size();
  }
}
