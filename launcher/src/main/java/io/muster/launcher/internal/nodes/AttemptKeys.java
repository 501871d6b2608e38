package io.muster.launcher.internal.nodes;

import io.muster.store.Store;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** The keys by which the nodes agree about one attempt. */
final class AttemptKeys {
  private static final byte[] PRESENT = {'1'};

  private final Store store;
  private final String prefix;

  AttemptKeys(Store store, int attempt) {
    this.store = store;
    this.prefix = "attempt/" + attempt + "/";
  }

  /** Tells the other nodes that a worker has failed, so that they stop theirs. */
  void setFailed() {
    store.set(prefix + "failed", PRESENT);
  }

  /** Blocks until a worker of any node has failed. */
  void awaitFailed() {
    store.await(Store.FOREVER, prefix + "failed");
  }

  /**
   * Tells the leader that all workers of this node have ended. The value is that of a decision, of
   * which the leader reads the failure only.
   */
  void setOutcome(int node, Optional<FirstFailure> failure) {
    store.set(prefix + "outcome/" + node, new Decision(false, failure).encode());
  }

  /**
   * Blocks until the workers of all nodes have ended, and returns the failure with the earliest
   * time.
   */
  Optional<FirstFailure> awaitOutcomes(int nodes) {
    List<String> keys =
        IntStream.range(0, nodes).mapToObj(node -> prefix + "outcome/" + node).toList();
    store.await(Store.FOREVER, keys);
    return keys.stream()
        .map(key -> Decision.decode(store.getString(key)))
        .flatMap(outcome -> outcome.failure().stream())
        .min(Comparator.comparing(FirstFailure::time));
  }

  /** Tells the other nodes the decision of the leader. */
  void setDecision(Decision decision) {
    store.set(prefix + "decision", decision.encode());
  }

  /** Blocks until the leader has decided. */
  Decision awaitDecision() {
    store.await(Store.FOREVER, prefix + "decision");
    return Decision.decode(store.getString(prefix + "decision"));
  }
}
