package io.muster.store.internal.keyspace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Randomized;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WaiterRegistryTest {
  private static final Key A = key("a");
  private static final Key B = key("b");
  private static final Key Q = key("q");

  private final WaiterRegistry waits = new WaiterRegistry();

  /** Who was released, and by which queue. */
  private final List<String> released = new ArrayList<>();

  @Test
  void wait_keyChanges_isReleasedOnce() {
    waits.registerForPresence(waiter("w"), List.of(A));

    waits.keyChanged(B.bytes());
    assertThat(released).isEmpty();

    waits.keyChanged(A.bytes());
    waits.keyChanged(A.bytes());
    waits.itemPushed(A.bytes());
    assertThat(released).containsExactly("w");
    assertNothingIsLeft();
  }

  @Test
  void wait_severalKeys_isReleasedByTheLast() {
    waits.registerForPresence(waiter("w"), List.of(A, B, Q));

    waits.keyChanged(B.bytes());
    waits.keyChanged(B.bytes());
    waits.keyChanged(Q.bytes());
    assertThat(released).isEmpty();
    assertThat(waits.size()).isEqualTo(1);

    waits.keyChanged(A.bytes());
    assertThat(released).containsExactly("w");
    assertNothingIsLeft();
  }

  @Test
  void wait_keyComesAndGoes_countsItAsHavingCome() throws Exception {
    Keyspace keyspace = new Keyspace(waits, Long.MAX_VALUE);
    waits.registerForPresence(waiter("w"), List.of(A, B));

    keyspace.set(A.bytes(), new byte[0]);
    assertThat(keyspace.delete(A.bytes())).isTrue();
    keyspace.set(B.bytes(), new byte[0]);

    assertThat(released).containsExactly("w");
    assertNothingIsLeft();
  }

  @Test
  void wait_sameKeyTwice_needsItOnce() {
    waits.registerForPresence(waiter("w"), List.of(A, B, A, A));

    waits.keyChanged(A.bytes());
    waits.keyChanged(B.bytes());

    assertThat(released).containsExactly("w");
    assertNothingIsLeft();
  }

  @Test
  void keyChanged_releasesAllWhoWaitForItAlone() {
    waits.registerForPresence(waiter("1"), List.of(A));
    waits.registerForValues(waiter("2"), List.of(A));
    waits.registerForPresence(waiter("both"), List.of(A, B));
    waits.registerForValues(waiter("other"), List.of(B));

    waits.keyChanged(A.bytes());
    assertThat(released).containsExactlyInAnyOrder("1", "2");
    assertThat(waits.size()).isEqualTo(2);

    waits.keyChanged(B.bytes());
    assertThat(released).containsExactlyInAnyOrder("1", "2", "both", "other");
    assertNothingIsLeft();
  }

  @Test
  void keyChanged_releasesInTheOrderOfRegistration() {
    Stream.of("1", "2", "3").forEach(name -> waits.registerForPresence(waiter(name), List.of(A)));

    waits.keyChanged(A.bytes());

    assertThat(released).containsExactly("1", "2", "3");
  }

  @Test
  void itemPushed_releasesTheOneWhoHasWaitedLongest() {
    Stream.of("1", "2", "3").forEach(name -> waits.registerForPresence(waiter(name), List.of(Q)));

    waits.itemPushed(Q.bytes());
    assertThat(released).containsExactly("1 by q");
    waits.itemPushed(Q.bytes());
    waits.itemPushed(Q.bytes());
    waits.itemPushed(Q.bytes());

    assertThat(released).containsExactly("1 by q", "2 by q", "3 by q");
    assertNothingIsLeft();
  }

  @Test
  void itemPushed_passesOverWhoIsMissingMore() {
    waits.registerForPresence(waiter("more"), List.of(Q, A));
    waits.registerForPresence(waiter("first"), List.of(Q));
    waits.registerForPresence(waiter("second"), List.of(Q));

    waits.itemPushed(Q.bytes());
    assertThat(released).containsExactly("first by q");

    waits.keyChanged(A.bytes());
    assertThat(released).as("the queue had come before").containsExactly("first by q", "more");

    waits.itemPushed(Q.bytes());
    assertThat(released).containsExactly("first by q", "more", "second by q");
    assertNothingIsLeft();
  }

  @Test
  void itemPushed_leavesWaitsForValues() {
    waits.registerForValues(waiter("w"), List.of(Q));

    waits.itemPushed(Q.bytes());
    assertThat(released).isEmpty();

    waits.keyChanged(Q.bytes());
    assertThat(released).containsExactly("w");
    assertNothingIsLeft();
  }

  /** PyTorch's server keeps a client listed at the queue that woke it. */
  @Test
  void itemPushed_toAQueueThatReleasedBefore_doesNotEndAnotherWait() {
    RecordingWaiter waiter = waiter("w");
    waits.registerForPresence(waiter, List.of(Q));
    waits.itemPushed(Q.bytes());
    assertThat(released).containsExactly("w by q");

    waits.registerForPresence(waiter, List.of(A));
    waits.itemPushed(Q.bytes());
    assertThat(released).containsExactly("w by q");

    waits.keyChanged(A.bytes());
    assertThat(released).containsExactly("w by q", "w");
    assertNothingIsLeft();
  }

  @Test
  void forget_takesAWaitOffEveryKey() {
    RecordingWaiter gone = waiter("gone");
    waits.registerForPresence(gone, List.of(A, Q, A));
    waits.registerForPresence(waiter("stays"), List.of(Q));

    waits.forget(gone);
    waits.itemPushed(Q.bytes());
    waits.keyChanged(A.bytes());

    assertThat(released).containsExactly("stays by q");
    assertNothingIsLeft();
  }

  @Test
  void forget_afterSomeKeysCame_leavesNothing() {
    RecordingWaiter waiter = waiter("w");
    waits.registerForValues(waiter, List.of(A, B));
    waits.keyChanged(A.bytes());

    waits.forget(waiter);
    assertNothingIsLeft();

    waits.keyChanged(B.bytes());
    assertThat(released).isEmpty();
  }

  @Test
  void forget_againOrAfterReleaseOrNeverRegistered_doesNothing() {
    RecordingWaiter waiter = waiter("w");
    waits.forget(waiter);
    waits.registerForPresence(waiter, List.of(A));
    waits.keyChanged(A.bytes());
    waits.forget(waiter);
    waits.forget(waiter);

    assertNothingIsLeft();

    waits.registerForPresence(waiter, List.of(A));
    waits.forget(waiter);
    waits.forget(waiter);
    assertNothingIsLeft();
  }

  @Test
  void waits_registeredReleasedAndForgottenAtRandom_leaveNothing() {
    Randomized.check(
        200,
        random -> {
          List<RecordingWaiter> open = new ArrayList<>();
          for (int i = 0; i < 300; i++) {
            Key key = key("" + random.nextInt(6));
            switch (random.nextInt(6)) {
              case 0 -> waits.keyChanged(key.bytes());
              case 1 -> waits.itemPushed(key.bytes());
              case 2 -> open.stream().findAny().ifPresent(waits::forget);
              default -> {
                RecordingWaiter waiter = waiter("w");
                List<Key> keys =
                    random.ints(1 + random.nextInt(4), 0, 6).mapToObj(n -> key("" + n)).toList();
                if (random.nextBoolean()) {
                  waits.registerForPresence(waiter, keys);
                } else {
                  waits.registerForValues(waiter, keys);
                }
                open.add(waiter);
              }
            }
            open.removeIf(waiter -> waiter.missing == 0);
            assertThat(waits.size()).isEqualTo(open.size());
          }
          open.forEach(waits::forget);
          assertNothingIsLeft();
        });
  }

  private void assertNothingIsLeft() {
    assertThat(waits.size()).isZero();
    assertThat(waits.keys()).isZero();
  }

  private RecordingWaiter waiter(String name) {
    return new RecordingWaiter(name);
  }

  private final class RecordingWaiter extends Waiter {
    private final String name;

    RecordingWaiter(String name) {
      this.name = name;
    }

    @Override
    protected void released(@Nullable Key queue) {
      released.add(queue == null ? name : name + " by " + queue);
    }
  }

  private static Key key(String text) {
    return new Key(text.getBytes(UTF_8));
  }
}
