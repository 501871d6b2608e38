package io.muster.store.internal.serving;

import io.muster.store.internal.keyspace.CommandLog;
import io.muster.store.internal.keyspace.Keyspace;
import io.muster.store.internal.keyspace.WaiterRegistry;
import java.util.function.Function;

/**
 * The keys of a job.
 *
 * @param waiters those who wait for the keys
 * @param log all changes of the keyspace go through it
 */
record JobKeys(WaiterRegistry waiters, Keyspace keyspace, CommandLog log) {
  /** No keys yet. */
  static JobKeys empty(ServingLimits limits, Function<Keyspace, CommandLog> logs) {
    WaiterRegistry waiters = new WaiterRegistry();
    Keyspace keyspace = new Keyspace(waiters, limits.storedBytes());
    return new JobKeys(waiters, keyspace, logs.apply(keyspace));
  }
}
