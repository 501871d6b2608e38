package io.muster.rpc.internal.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.rpc.internal.serving.Admission.Limits;
import io.muster.rpc.internal.serving.Admission.Task;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Admission and queueing, with threads that the test runs by hand. */
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

  /** Fault E1: a task throws. */
  @Test
  void run_whatThrows_takesNoThreadFromThoseThatWait() {
    admission.run(
        false,
        () -> {
          throw new StackOverflowError("made up");
        });
    admission.run(false, () -> ran.add("b"));
    admission.run(false, () -> ran.add("c"));

    threads.remove().run();

    assertThat(ran).containsExactly("c");
    threads.remove().run();
    assertThat(ran).containsExactly("c", "b");
    admission.run(false, () -> ran.add("d"));
    assertThat(threads).hasSize(1);
  }

  /** Fault E1: no thread can be started. */
  @Test
  void run_withoutAThread_isRefusedWithAllThatWouldWaitForIt() {
    AtomicReference<Admission> made = new AtomicReference<>();
    Queue<Task> meanwhile = new ArrayDeque<>(List.of(new Told("waiting")));
    Admission failing =
        new Admission(
            new Limits(1, 1, 1, 100),
            task -> {
              // Meanwhile another call finds all threads taken and is queued.
              meanwhile.forEach(waiting -> made.get().run(false, waiting));
              meanwhile.clear();
              if (ran.isEmpty()) {
                throw new OutOfMemoryError("made up");
              }
              threads.add(task);
            });
    made.set(failing);

    failing.run(false, new Told("first"));

    assertThat(ran).containsExactly("first refused", "waiting refused");
    failing.run(false, new Told("later"));
    threads.remove().run();
    assertThat(ran).endsWith("later");
  }

  private final class Told implements Task {
    private final String name;

    Told(String name) {
      this.name = name;
    }

    @Override
    public void run() {
      ran.add(name);
    }

    @Override
    public void refused(Throwable cause) {
      ran.add(name + " refused");
    }
  }

  @Test
  void withdraw_whatWaits_isNotRun() {
    admission.run(false, () -> ran.add("a"));
    admission.run(false, () -> ran.add("b"));
    Task waiting = () -> ran.add("c");
    admission.run(false, waiting);

    assertThat(admission.withdraw(waiting)).isTrue();
    assertThat(admission.withdraw(waiting)).isFalse();

    threads.remove().run();
    assertThat(ran).containsExactly("a");
  }
}
