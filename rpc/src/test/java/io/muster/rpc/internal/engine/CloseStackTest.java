package io.muster.rpc.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CloseStackTest {
  private final CloseStack stack = new CloseStack();
  private final List<String> closed = new ArrayList<>();

  @Test
  void close_runsTheActionsOnceInReverseOrder() {
    stack.push(() -> closed.add("first"));
    stack.push(() -> closed.add("second"));
    assertThat(stack.isClosed()).isFalse();

    stack.close();
    stack.close();

    assertThat(closed).containsExactly("second", "first");
    assertThat(stack.isClosed()).isTrue();
  }

  @Test
  void close_actionThatThrows_runsTheOthers() {
    stack.push(() -> closed.add("first"));
    stack.push(
        () -> {
          throw new IllegalStateException("made up");
        });
    stack.push(() -> closed.add("third"));

    assertThatIllegalStateException().isThrownBy(stack::close).withMessage("made up");
    assertThat(closed).containsExactly("third", "first");
  }

  @Test
  void close_severalActionsThrow_throwsTheFirstAndSuppressesTheOthers() {
    stack.push(() -> fail(new IllegalArgumentException("last")));
    stack.push(() -> fail(new AssertionError("second")));
    stack.push(() -> fail(new IllegalStateException("first")));

    Throwable thrown = catchThrowable(stack::close);

    assertThat(thrown).isInstanceOf(IllegalStateException.class).hasMessage("first");
    assertThat(thrown.getSuppressed())
        .extracting(Throwable::getMessage)
        .containsExactly("second", "last");
  }

  private static void fail(RuntimeException exception) {
    throw exception;
  }

  private static void fail(Error error) {
    throw error;
  }
}
