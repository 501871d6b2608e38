package io.muster.rpc.internal.engine;

import io.muster.rpc.internal.wire.ObjectId;
import io.muster.rpc.internal.world.WorkerInfo;
import java.util.Locale;
import java.util.Optional;

/**
 * What a call calls.
 *
 * @param worker the called worker
 * @param function the name of the function in messages between workers
 * @param label the name of the function in texts for people
 * @param object the object whose method is called; empty for functions and services
 * @param resultId the identifier under which the called worker keeps the result; empty if the
 *     result is returned
 */
record CallTarget(
    WorkerInfo worker,
    String function,
    String label,
    Optional<ReferenceHandle<?>> object,
    Optional<ObjectId> resultId) {
  static CallTarget ofFunction(WorkerInfo worker, String function) {
    return new CallTarget(worker, function, function, Optional.empty(), Optional.empty());
  }

  /** A function whose result stays on the worker. */
  static CallTarget creating(WorkerInfo worker, String function, ObjectId resultId) {
    return new CallTarget(worker, function, function, Optional.empty(), Optional.of(resultId));
  }

  static CallTarget ofObject(ReferenceHandle<?> object, String function, String label) {
    return new CallTarget(
        object.ownerInfo(), function, label, Optional.of(object), Optional.empty());
  }

  /** Describes the call in messages for users. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s on worker %s", label, worker);
  }
}
