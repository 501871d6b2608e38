package io.muster.rpc.internal.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.rpc.internal.serving.Admission.Limits;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** What is admitted, and what waits; the threads are run by hand. */
class AdmissionTest {
  private final Queue<Runnable> threads = new ArrayDeque<>();
  private final List<String> ran = new ArrayList<>();
  private final Admission admission = new Admission(new Limits(2, 1, 1, 100), threads::add);

  @Test
  void enter_beyondThreadsAndQueue_isRefusedUntilOneLeaves() {
    assertThat(admission.enter(false)).isTrue();
    assertThat(admission.enter(false)).isTrue();
    assertThat(admission.enter(false)).isTrue();
    assertThat(admission.enter(false)).isFalse();
    assertThat(admission.occupied()).isEqualTo(3);

    admission.leave(false, 0);

    assertThat(admission.enter(false)).isTrue();
  }

  @Test
  void enter_nested_hasPlacesOfItsOwn() {
    for (int i = 0; i < 3; i++) {
      assertThat(admission.enter(false)).isTrue();
    }

    assertThat(admission.enter(true)).isTrue();
    assertThat(admission.enter(true)).isFalse();
    admission.leave(true, 0);
    assertThat(admission.enter(true)).isTrue();
  }

  @Test
  void hold_beyondTheBytes_isRefusedButForOneMessageAlone() {
    assertThat(admission.hold(1_000)).isTrue();
    assertThat(admission.hold(1)).isFalse();

    admission.leave(false, 1_000);

    assertThat(admission.hold(60)).isTrue();
    assertThat(admission.hold(41)).isFalse();
    assertThat(admission.hold(40)).isTrue();
  }

  @Test
  void run_moreThanThreads_waitsItsTurnOnTheThreadThatIsFree() {
    for (String name : List.of("a", "b", "c", "d")) {
      admission.run(false, () -> ran.add(name));
    }
    assertThat(threads).hasSize(2);

    threads.remove().run();
    assertThat(ran).containsExactly("a", "c", "d");
    threads.remove().run();
    assertThat(ran).containsExactly("a", "c", "d", "b");
    admission.run(false, () -> ran.add("e"));
    assertThat(threads).hasSize(1);
  }

  @Test
  void run_nested_doesNotWait() {
    admission.run(false, () -> ran.add("a"));
    admission.run(false, () -> ran.add("b"));

    admission.run(true, () -> ran.add("nested"));

    assertThat(threads).hasSize(3);
  }
}
