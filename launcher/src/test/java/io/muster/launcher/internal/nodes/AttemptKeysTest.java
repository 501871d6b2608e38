package io.muster.launcher.internal.nodes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.fixtures.Background;
import io.muster.store.HashStore;
import io.muster.store.ProtocolException;
import io.muster.store.Store;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AttemptKeysTest {
  private final Store store = new HashStore();
  private final AttemptKeys keys = new AttemptKeys(store, 0);

  private static FirstFailure failure(int rank, long second) {
    return new FirstFailure(
        rank, 0, "ro\"le", "host", 42, 7, "why\n\u00e9", "at x", Instant.ofEpochSecond(second));
  }

  @Test
  void firstFailureOfAllNodes_isTheEarliest() {
    Background<Optional<FirstFailure>> first = Background.call(() -> keys.awaitOutcomes(3));
    keys.setOutcome(0, Optional.of(failure(1, 20)));
    keys.setOutcome(1, Optional.empty());
    keys.setOutcome(2, Optional.of(failure(4, 10)));

    assertThat(first.result()).hasValue(failure(4, 10));
  }

  @Test
  void noNodeFails_isNoFailure() {
    keys.setOutcome(0, Optional.empty());

    assertThat(keys.awaitOutcomes(1)).isEmpty();
  }

  @Test
  void failedWorker_isHeardInItsAttemptOnly() {
    Background<Boolean> other = Background.run(new AttemptKeys(store, 1)::awaitFailed);

    keys.setFailed();

    keys.awaitFailed();
    assertThat(other.isDone()).isFalse();
    other.interrupt();
  }

  @Test
  void decision_isReadAsItWasWritten() {
    Decision decision = new Decision(true, Optional.of(failure(3, 5)));
    keys.setDecision(decision);

    assertThat(keys.awaitDecision()).isEqualTo(decision);
  }

  @Test
  void decisionOfAnythingElse_isAProtocolException() {
    store.set("attempt/0/decision", "[]");
    assertThatThrownBy(keys::awaitDecision).isInstanceOf(ProtocolException.class);

    store.set("attempt/0/decision", "{\"restart\": \"true\"}");
    assertThatThrownBy(keys::awaitDecision)
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("without failed");
  }

  @Test
  void longText_isCut() {
    FirstFailure failure =
        new FirstFailure(0, 0, "r", "h", 1, 1, "x".repeat(1 << 20), "", Instant.EPOCH);

    assertThat(failure.message()).hasSize(64 << 10);
  }
}
