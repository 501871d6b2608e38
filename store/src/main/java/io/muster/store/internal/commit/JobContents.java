package io.muster.store.internal.commit;

import io.muster.store.internal.keyspace.Command;
import io.muster.store.internal.keyspace.Key;
import io.muster.store.internal.keyspace.Keyspace;
import io.muster.store.internal.keyspace.KeyspaceSnapshot;
import io.muster.store.internal.keyspace.WaiterRegistry;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A job of a {@link ServerContents}: its keyspace, and the arrivals at barriers whose clients wait
 * for the others. The waiters are those of this process.
 */
public final class JobContents {
  private JobRecord record;
  private final WaiterRegistry waiters = new WaiterRegistry();
  private final Keyspace keyspace;

  /** In the order of the first arrival, so that it depends on the commands only. */
  private final Map<Key, Integer> arrivals = new LinkedHashMap<>();

  JobContents(JobRecord record) {
    this.record = record;
    this.keyspace = new Keyspace(waiters, record.maxStoredBytes());
  }

  public JobRecord record() {
    return record;
  }

  public WaiterRegistry waiters() {
    return waiters;
  }

  /** The keyspace, which is changed by {@link ServerContents#apply} only. */
  public Keyspace keyspace() {
    return keyspace;
  }

  void become(JobRecord changed) {
    record = changed;
    keyspace.limit(changed.maxStoredBytes());
  }

  void apply(Command command) {
    if (command instanceof Command.Leave leave && !leave(new Key(leave.barrier()))) {
      // The barrier was completed before the client left.
      return;
    }
    command.applyTo(keyspace);
    if (command instanceof Command.Arrive arrive) {
      arrived(arrive);
    } else if (command instanceof Command.Clear) {
      arrivals.clear();
    }
  }

  private void arrived(Command.Arrive arrive) {
    Key barrier = new Key(arrive.barrier());
    if (arrive.mustWait()) {
      arrivals.merge(barrier, 1, Integer::sum);
    } else if (arrive.failure() == null) {
      arrivals.remove(barrier);
    }
  }

  /** Whether an arrival at the barrier has counted until now. */
  private boolean leave(Key barrier) {
    Integer count = arrivals.get(barrier);
    if (count == null) {
      return false;
    }
    if (count == 1) {
      arrivals.remove(barrier);
    } else {
      arrivals.put(barrier, count - 1);
    }
    return true;
  }

  /** All clients are gone. */
  void withdrawArrivals() {
    for (Map.Entry<Key, Integer> each : arrivals.entrySet()) {
      for (int left = each.getValue(); left > 0; left--) {
        new Command.Leave(each.getKey().bytes()).applyTo(keyspace);
      }
    }
    arrivals.clear();
  }

  void load(byte[] barrier, int count) {
    arrivals.put(new Key(barrier), count);
  }

  /** A copy of what is no keyspace, and the beginning of a snapshot of what is. */
  Snapshot snapshot() {
    return new Snapshot(record, new LinkedHashMap<>(arrivals), keyspace.snapshot());
  }

  /** A job at one moment. */
  record Snapshot(JobRecord record, Map<Key, Integer> arrivals, KeyspaceSnapshot keys) {
    void writeBeginning(SnapshotWriter out) throws IOException {
      out.job(record);
      out.revision(keys.revision());
      for (Map.Entry<Key, Integer> each : arrivals.entrySet()) {
        out.arrivals(each.getKey().bytes(), each.getValue());
      }
    }
  }
}
