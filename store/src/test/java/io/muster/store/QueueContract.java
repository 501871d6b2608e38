package io.muster.store;

import static io.muster.store.StoreFixture.bytes;
import static io.muster.store.WaitContract.timeoutOf;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The queues of a store that has them. */
public interface QueueContract extends StoreFixture {
  @Test
  default void queue_pushedAndPopped_isFirstInFirstOut() {
    Store store = store();
    assertThat(store.check("foo")).isFalse();
    assertThat(store.queueLen("foo")).isZero();

    store.queuePush("foo", "bar");
    store.queuePush("foo", "baz");

    assertThat(store.check("foo")).isTrue();
    assertThat(store.queueLen("foo")).isEqualTo(2);
    store.await("foo");
    assertThat(store.queuePop("foo")).isEqualTo(bytes("bar"));
    assertThat(store.queueLen("foo")).isEqualTo(1);
    assertThat(store.queuePop("foo", false)).isEqualTo(bytes("baz"));
    assertThat(store.queueLen("foo")).isZero();
    assertThat(store.check("foo")).isFalse();
  }

  @Test
  default void queuePop_emptyQueueWithoutBlocking_throws() {
    QueueEmptyException never =
        catchThrowableOfType(QueueEmptyException.class, () -> store().queuePop("q", false));
    assertThat(never).hasMessageContaining("queue is empty");
    assertThat(never.key()).isEqualTo(named("q"));

    store().queuePush("q", "x");
    store().queuePop("q", false);
    assertThatThrownBy(() -> store().queuePop("q", false)).isInstanceOf(QueueEmptyException.class);
  }

  @Test
  default void queuePop_emptyQueueBlocking_timesOutNamingIt() {
    store().setTimeout(ofMillis(10));

    StoreTimeoutException timeout = timeoutOf(() -> store().queuePop("q"));

    assertThat(timeout.missingKeys()).containsExactly(named("q"));
    assertThat(timeout).message().containsPattern("wait timeout after 10ms, keys: \\S*q\\b");
    store().queuePush("q", "x");
    assertThat(store().queuePop("q")).isEqualTo(bytes("x"));
  }

  @Test
  default void queueItems_emptyAndBinary_areKept() {
    byte[] binary = {0, -1, 127, -128, '\n'};
    store().queuePush("q", "");
    store().queuePush("q", binary);
    store().queuePush("q", new byte[100_000]);

    assertThat(store().check("q")).isTrue();
    assertThat(store().queuePop("q")).isEmpty();
    assertThat(store().queuePop("q")).isEqualTo(binary);
    assertThat(store().queuePop("q")).isEqualTo(new byte[100_000]);
  }

  @Test
  default void queueItem_changedByItsOwner_doesNotChangeTheQueue() {
    byte[] item = bytes("abc");
    store().queuePush("q", item);
    item[0] = 'X';

    assertThat(store().queuePop("q")).isEqualTo(bytes("abc"));
  }

  @Test
  default void queues_areApartFromKeys() {
    Store store = store();
    store.set("both", "value");
    store.queuePush("both", "item");
    store.queuePush("q", "item");

    assertThat(store.numKeys()).isEqualTo(bookkeepingKeys() + 1);
    assertThat(store.listKeys()).containsExactly("both");
    assertThat(store.getString("both")).isEqualTo("value");
    assertThat(store.deleteKey("both")).isTrue();
    assertThat(store.deleteKey("q")).isFalse();
    assertThat(store.check("both", "q")).isTrue();
    assertThat(store.add("q", 1)).isEqualTo(1);
    assertThat(store.queuePop("both", false)).isEqualTo(bytes("item"));
    assertThat(store.queuePop("q", false)).isEqualTo(bytes("item"));
    assertThat(store.check("both")).isFalse();
  }

  @Test
  default void get_nameThatIsOnlyAQueue_timesOut() {
    store().setTimeout(ofMillis(50));
    store().queuePush("q", "item");

    assertThat(timeoutOf(() -> store().get("q")).missingKeys()).containsExactly(named("q"));
    assertThat(timeoutOf(() -> store().multiGet("q")).missingKeys()).containsExactly(named("q"));
  }

  @Test
  default void get_queuePushedMeanwhile_waitsForTheValue() {
    var reading = Background.call(() -> store().getString("q")).awaitBlocked();

    store().queuePush("q", "item");
    reading.awaitBlocked();
    store().set("q", "value");

    assertThat(reading.result()).isEqualTo("value");
    assertThat(store().queueLen("q")).isEqualTo(1);
  }

  @Test
  default void queuePop_keyOfTheSameName_waitsForAnItem() {
    store().set("q", "value");
    var popping = Background.call(() -> store().queuePop("q")).awaitBlocked();

    store().set("q", "another");
    popping.awaitBlocked();
    store().queuePush("q", "item");

    assertThat(popping.result()).isEqualTo(bytes("item"));
  }

  @Test
  default void queuePop_keyOfTheSameName_timesOutNamingTheQueue() {
    store().set("q", "value");
    store().setTimeout(ofMillis(50));

    assertThat(timeoutOf(() -> store().queuePop("q")).missingKeys()).containsExactly(named("q"));
  }

  @Test
  default void queuePop_itemPushedByAnotherHandle_returnsIt() {
    Store other = anotherHandle();
    var popping = Background.call(() -> store().queuePop("q")).awaitBlocked();

    other.queuePush("q", "item");

    assertThat(popping.result()).isEqualTo(bytes("item"));
  }

  @Test
  default void queues_inBothDirections_carryAConversation() {
    Store other = anotherHandle();
    var answering =
        Background.run(
            () -> {
              for (int i = 0; i < 100; i++) {
                other.queuePush("answers", other.queuePop("questions"));
              }
            });

    for (int i = 0; i < 100; i++) {
      store().queuePush("questions", "question " + i);
      assertThat(store().queuePop("answers")).isEqualTo(bytes("question " + i));
    }
    answering.result();
  }

  @Test
  default void queuePop_twoPoppersAndTwoPushes_serveBoth() {
    for (int round = 0; round < 20; round++) {
      var first = Background.call(() -> store().queuePop("q")).awaitBlocked();
      var second = Background.call(() -> store().queuePop("q")).awaitBlocked();

      store().queuePush("q", "1");
      store().queuePush("q", "2");

      assertThat(List.of(first.result(), second.result()))
          .containsExactlyInAnyOrder(bytes("1"), bytes("2"));
    }
  }

  @Test
  default void queuePush_oneItem_endsOnePop() {
    var poppers =
        Stream.generate(() -> Background.call(() -> store().queuePop("q"))).limit(4).toList();
    poppers.forEach(Background::awaitBlocked);

    for (int served = 1; served <= poppers.size(); served++) {
      store().queuePush("q", "item");
      long start = System.nanoTime();
      while (done(poppers) < served) {
        assertThat(System.nanoTime() - start).isLessThan(Background.PATIENCE.toNanos());
        Thread.onSpinWait();
      }
      assertThat(done(poppers)).isEqualTo(served);
    }
  }

  private static long done(List<Background<byte[]>> threads) {
    return threads.stream().filter(Background::isDone).count();
  }

  @Test
  default void await_ofAQueue_leavesItemsToThoseWhoPop() {
    for (int round = 0; round < 20; round++) {
      var observer = Background.run(() -> store().await("q")).awaitBlocked();
      var popper = Background.call(() -> store().queuePop("q")).awaitBlocked();
      var observerOfMore = Background.run(() -> store().await("q", "k")).awaitBlocked();

      store().queuePush("q", "1");

      assertThat(popper.result()).isEqualTo(bytes("1"));
      store().queuePush("q", "2");
      observer.result();
      store().set("k", "v");
      observerOfMore.result();
      store().queuePop("q");
      store().deleteKey("k");
    }
  }

  @Test
  default void queuePop_popperInterruptedBefore_leavesTheItemToTheNext() {
    var interrupted = Background.call(() -> store().queuePop("q")).awaitBlocked();
    var next = Background.call(() -> store().queuePop("q")).awaitBlocked();

    interrupted.interrupt();
    assertThat(interrupted.failure()).isInstanceOf(StoreInterruptedException.class);
    store().queuePush("q", "item");

    assertThat(next.result()).isEqualTo(bytes("item"));
  }

  @Test
  default void queuePop_popperInterruptedByThen_losesNoItem() {
    for (int round = 0; round < 50; round++) {
      var interrupted = Background.call(this::popUnlessInterrupted).awaitBlocked();
      var next = Background.call(() -> store().queuePop("q")).awaitBlocked();

      interrupted.interrupt();
      store().queuePush("q", "item");

      if (interrupted.result()) {
        store().queuePush("q", "item");
      }
      assertThat(next.result()).isEqualTo(bytes("item"));
      assertThat(store().queueLen("q")).isZero();
    }
  }

  private boolean popUnlessInterrupted() {
    try {
      store().queuePop("q");
      return true;
    } catch (StoreInterruptedException e) {
      return false;
    }
  }

  @Test
  default void queues_severalProducersAndConsumers_loseAndDoubleNothing() {
    int each = operationsPerThread();
    var consumers =
        IntStream.range(0, 4)
            .mapToObj(
                i ->
                    Background.call(
                        () ->
                            IntStream.range(0, each)
                                .mapToObj(j -> new String(store().queuePop("q"), UTF_8))
                                .toList()))
            .toList();
    var producers =
        IntStream.range(0, 4)
            .mapToObj(
                i ->
                    Background.run(
                        () ->
                            IntStream.range(0, each)
                                .forEach(j -> store().queuePush("q", i + ":" + j))))
            .toList();

    producers.forEach(Background::result);
    assertThat(consumers.stream().flatMap(consumer -> consumer.result().stream()))
        .hasSize(4 * each)
        .doesNotHaveDuplicates();
    assertThat(store().queueLen("q")).isZero();
  }
}
