package io.muster.launcher.internal.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.store.HashStore;
import io.muster.store.Store;
import org.junit.jupiter.api.Test;

class KeepAliveTest {
  private final Store store = new HashStore();
  private final KeepAlive watching = new KeepAlive(store, 0, 1, 3);
  private final KeepAlive watched = new KeepAlive(store, 1, 0, 3);

  @Test
  void nodeThatSteps_isAlive() {
    for (int i = 0; i < 10; i++) {
      assertThat(watched.step()).isTrue();
      assertThat(watching.step()).isTrue();
    }
  }

  @Test
  void nodeThatStops_vanishesAfterAsManyStepsAsAllowed() {
    assertThat(watched.step()).isTrue();
    assertThat(watching.step()).isTrue();

    assertThat(watching.step()).isTrue();
    assertThat(watching.step()).isTrue();
    assertThat(watching.step()).isFalse();
  }

  @Test
  void nodeThatNeverSteps_vanishes() {
    assertThat(watching.step()).isTrue();
    assertThat(watching.step()).isTrue();
    assertThat(watching.step()).isFalse();
  }

  @Test
  void nodeThatIsSlow_isAliveAgain() {
    assertThat(watching.step()).isTrue();
    assertThat(watching.step()).isTrue();
    assertThat(watched.step()).isTrue();

    assertThat(watching.step()).isTrue();
    assertThat(watching.step()).isTrue();
    assertThat(watching.step()).isTrue();
  }
}
