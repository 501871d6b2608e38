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
 * The objects of this worker that references exist to, and the workers that hold them. An object is
 * released when its last holder releases it. Since messages may overtake each other, a holder
 * numbers its holds, and the release of one has no effect on a later one. Thread-safe.
 */
public final class OwnedObjects {
  /** How many objects are remembered that were released before they were created. */
  private static final int MAX_RELEASED_EARLY = 4096;

  private final Map<ObjectId, Owned> objects = new HashMap<>();
  private final Map<ObjectId, Boolean> releasedEarly =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ObjectId, Boolean> eldest) {
          return size() > MAX_RELEASED_EARLY;
        }
      };

  private record Owned(Object value, Map<Integer, Long> holders) {}

  /**
   * Keeps an object that a worker has asked for, unless the worker has released it already.
   *
   * @param holder the rank of that worker
   * @param hold the number of its hold
   * @throws IllegalArgumentException if there is an object with this identifier
   */
  public synchronized void keep(ObjectId id, Object value, int holder, long hold) {
    if (releasedEarly.remove(id) == null) {
      Map<Integer, Long> holders = new HashMap<>();
      holders.put(holder, hold);
      if (objects.putIfAbsent(id, new Owned(value, holders)) != null) {
        throw new IllegalArgumentException(
            "cannot be kept: there is an object " + id.creator() + "." + id.number() + " already");
      }
    }
  }

  /** Adds a holder; false if the object no longer exists. */
  public synchronized boolean hold(ObjectId id, int holder, long hold) {
    Owned owned = objects.get(id);
    if (owned == null) {
      return false;
    }
    owned.holders.merge(holder, hold, Math::max);
    return true;
  }

  /** Removes a holder, unless it has a later hold. */
  public synchronized void release(ObjectId id, int holder, long hold) {
    Owned owned = objects.get(id);
    if (owned == null) {
      if (id.creator() == holder && id.number() == hold) {
        releasedEarly.put(id, true);
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

  /** Removes a holder from all objects, because it has died. */
  public synchronized void forget(int holder) {
    for (Iterator<Owned> all = objects.values().iterator(); all.hasNext(); ) {
      Map<Integer, Long> holders = all.next().holders;
      if (holders.remove(holder) != null && holders.isEmpty()) {
        all.remove();
      }
    }
  }

  /** Returns an object, if it has not been released. */
  public synchronized Optional<Object> find(ObjectId id) {
    @Nullable Owned owned = objects.get(id);
    return Optional.ofNullable(owned).map(Owned::value);
  }

  /** The ranks of all holders. */
  public synchronized Set<Integer> holders() {
    Set<Integer> all = new TreeSet<>();
    objects.values().forEach(owned -> all.addAll(owned.holders.keySet()));
    return all;
  }

  /** The number of objects. */
  public synchronized int size() {
    return objects.size();
  }
}
