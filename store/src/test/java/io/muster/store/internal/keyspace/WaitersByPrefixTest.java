package io.muster.store.internal.keyspace;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Randomized;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Waiters for the change of a key with a prefix. */
class WaitersByPrefixTest {
  private final WaiterRegistry waits = new WaiterRegistry();
  private final List<String> released = new ArrayList<>();

  private PrefixWaiter waiter(String prefix) {
    PrefixWaiter waiter = new PrefixWaiter(prefix);
    waits.registerForChange(waiter, bytes(prefix));
    return waiter;
  }

  private void waiters(String... prefixes) {
    for (String prefix : prefixes) {
      waiter(prefix);
    }
  }

  @Test
  void change_releasesTheWaitersForItsPrefixes_once() {
    waiters("", "a", "ab", "ab", "abc", "abcd", "abd", "b", "abb");

    waits.keyChanged(bytes("abc"));

    assertThat(released).containsExactlyInAnyOrder("", "a", "ab", "ab", "abc");
    assertThat(waits.size()).isEqualTo(4);
    released.clear();
    waits.keyChanged(bytes("abc"));
    assertThat(released).isEmpty();
  }

  @Test
  void deletion_andClearing_areChanges() {
    waiters("a", "b", "c");

    waits.keyDeleted(bytes("ax"));
    assertThat(released).containsExactly("a");

    waits.cleared();
    assertThat(released).containsExactlyInAnyOrder("a", "b", "c");
    assertThat(waits.size()).isZero();
    assertThat(waits.keys()).isZero();
  }

  @Test
  void items_andBarriers_areNoChanges() {
    waiters("");

    waits.itemPushed(bytes("q"));
    waits.barrierCompleted(bytes("b"));

    assertThat(released).isEmpty();
  }

  @Test
  void forgottenWaiter_isNotReleased_andOthersOfItsPrefixAre() {
    PrefixWaiter first = waiter("a");
    waiter("a");
    waits.forget(first);
    waits.forget(first);
    assertThat(first.isOver()).isTrue();
    assertThat(waits.size()).isOne();

    waits.keyChanged(bytes("a"));

    assertThat(released).containsExactly("a");
    assertThat(waits.keys()).isZero();
  }

  @Test
  void waiterThatWasReleased_canBeForgotten_andDoesNotDisturbALaterOne() {
    PrefixWaiter first = waiter("a");
    waits.keyChanged(bytes("a"));
    PrefixWaiter second = waiter("a");

    waits.forget(first);

    assertThat(second.isOver()).isFalse();
    assertThat(waits.size()).isOne();
  }

  /** Ten thousand prefixes that do not match cost little more than one. */
  @Test
  void prefixesThatDoNotMatch_costNextToNothing() {
    for (int i = 0; i < 10_000; i++) {
      waiter("prefix/" + i + "/");
    }
    waiter("pre");
    long before = waits.work();

    waits.keyChanged(bytes("prefix/5/x"));

    assertThat(released).containsExactlyInAnyOrder("prefix/5/", "pre");
    assertThat(waits.work() - before).isLessThan(50);
  }

  @Test
  void anyWaiters_areReleasedByTheChangesOfTheirPrefixes() {
    Randomized.check(
        500,
        random -> {
          released.clear();
          List<PrefixWaiter> open = new ArrayList<>();
          for (int i = random.nextInt(60); i > 0; i--) {
            switch (random.nextInt(3)) {
              case 0, 1 -> open.add(waiter(text(random)));
              default -> {
                String key = text(random);
                released.clear();
                waits.keyChanged(bytes(key));
                List<String> expected =
                    open.stream().map(w -> w.prefix).filter(key::startsWith).toList();
                assertThat(released).containsExactlyInAnyOrderElementsOf(expected);
                open.removeIf(w -> key.startsWith(w.prefix));
              }
            }
            if (!open.isEmpty() && random.nextInt(4) == 0) {
              waits.forget(open.remove(random.nextInt(open.size())));
            }
            assertThat(waits.size()).isEqualTo(open.size());
          }
          open.forEach(waits::forget);
          assertThat(waits.keys()).isZero();
        });
  }

  /** Up to five bytes, some of them negative. */
  private static String text(SplittableRandom random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(6); i > 0; i--) {
      text.append("ab\u00e9\u0000".charAt(random.nextInt(4)));
    }
    return text.toString();
  }

  private final class PrefixWaiter extends Waiter {
    private final String prefix;

    PrefixWaiter(String prefix) {
      this.prefix = prefix;
    }

    @Override
    protected void released(@Nullable Key queue) {
      assertThat(queue).isNull();
      released.add(prefix);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(ISO_8859_1);
  }
}
