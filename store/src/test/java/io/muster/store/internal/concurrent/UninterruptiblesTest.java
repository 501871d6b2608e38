package io.muster.store.internal.concurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class UninterruptiblesTest {
  @AfterEach
  void clearInterruptFlag() {
    Thread.interrupted();
  }

  @Test
  void await_interrupted_waitsAgain_andSetsTheFlagAtTheEnd() {
    Queue<Boolean> interrupts = new ArrayDeque<>(List.of(true, true, false));

    Uninterruptibles.await(
        () -> {
          assertThat(Thread.currentThread().isInterrupted()).isFalse();
          if (interrupts.remove()) {
            throw new InterruptedException();
          }
        });

    assertThat(interrupts).isEmpty();
    assertThat(Thread.currentThread().isInterrupted()).isTrue();
  }

  @Test
  void await_undisturbed_doesNotSetTheFlag() {
    Uninterruptibles.await(() -> {});

    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  @Test
  void await_thatThrowsAfterAnInterrupt_setsTheFlag() {
    Queue<Boolean> interrupts = new ArrayDeque<>(List.of(true, false));

    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                Uninterruptibles.await(
                    () -> {
                      if (interrupts.remove()) {
                        throw new InterruptedException();
                      }
                      throw new IllegalStateException();
                    }));

    assertThat(Thread.currentThread().isInterrupted()).isTrue();
  }
}
