package io.muster.launcher;

import io.muster.launcher.internal.nodes.FirstFailure;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Converts the failures of workers for other nodes, and back. */
final class Failures {
  private Failures() {}

  static FirstFailure forNodes(WorkerExit exit) {
    WorkerInfo worker = exit.worker();
    return new FirstFailure(
        worker.rank(),
        worker.localRank(),
        worker.role(),
        worker.host(),
        worker.pid(),
        exit.exitCode(),
        exit.message().orElse(""),
        exit.stackTrace(),
        exit.time());
  }

  /** The failure of a worker, if there is one; with its command only if it is of this node. */
  static @Nullable WorkerExit ofNode(
      Optional<FirstFailure> first, int attempt, @Nullable WorkerExit own) {
    if (first.isEmpty()) {
      return null;
    }
    FirstFailure failure = first.get();
    if (own != null && own.worker().rank() == failure.rank()) {
      return own;
    }
    return new WorkerExit(
        new WorkerInfo(
            failure.rank(),
            failure.localRank(),
            failure.role(),
            failure.host(),
            failure.pid(),
            attempt,
            List.of()),
        failure.exitCode(),
        failure.message().isEmpty() ? Optional.empty() : Optional.of(failure.message()),
        failure.stackTrace(),
        failure.time(),
        false);
  }
}
