package io.muster.store;

import static io.muster.store.StoreFixture.bytes;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Waiting for keys: what ends a wait, when it times out, and what an interrupt does. */
public interface WaitContract extends StoreFixture {
  @Test
  default void await_absentAndPresentKey_timesOutAndReturns() {
    assertThatThrownBy(() -> store().await(ofMillis(250), "bad_key"))
        .isInstanceOf(StoreTimeoutException.class)
        .hasMessageContaining("wait timeout after 250ms, keys: ")
        .hasMessageContaining("Timeout")
        .message()
        .containsPattern("[t -i]imeout")
        .containsPattern("wait timeout after 250ms, keys: \\S*bad_key\\b");

    store().add("good_key", 1);
    store().await("good_key");
    store().await(Duration.ZERO, "good_key");
  }

  @Test
  default void await_noKeys_returnsAtOnce() {
    store().await();
    store().await(Duration.ZERO, List.of());
    store().await(Store.FOREVER, List.of());
  }

  @Test
  default void await_presentKeys_returnsAtOnce() {
    store().set("a", "1");
    store().set("b", "");

    store().await("a", "b", "a");
    store().await(Duration.ZERO, "a", "b");
    store().await(Store.FOREVER, "b", "a");
  }

  @Test
  default void await_someKeysMissing_namesThem() {
    store().set("here", "1");

    StoreTimeoutException timeout =
        timeoutOf(() -> store().await(ofMillis(60), "gone", "here", "lost"));

    assertThat(timeout.missingKeys()).containsExactly(named("gone"), named("lost"));
    assertThat(timeout.timeout()).isEqualTo(ofMillis(60));
    assertThat(timeout)
        .message()
        .containsPattern("wait timeout after 60ms, keys: \\S*gone, \\S*here, \\S*lost\\b");
  }

  @Test
  default void await_oneKeyComesWhileWaiting_namesOnlyTheOthers() {
    var waiting =
        Background.call(() -> timeoutOf(() -> store().await(ofMillis(300), "comes", "stays away")))
            .awaitBlocked();
    store().set("comes", "v");

    assertThat(waiting.result().missingKeys()).containsExactly(named("stays away"));
  }

  @Test
  default void get_absentKey_timesOutNamingIt() {
    store().setTimeout(ofMillis(60));

    StoreTimeoutException timeout = timeoutOf(() -> store().get("no"));

    assertThat(timeout.missingKeys()).containsExactly(named("no"));
    assertThat(timeout).message().containsPattern("wait timeout after 60ms, keys: \\S*no\\b");
  }

  @Test
  default void multiGet_someKeysMissing_timesOutNamingThem() {
    store().set("here", "1");
    store().setTimeout(ofMillis(60));

    StoreTimeoutException timeout = timeoutOf(() -> store().multiGet("here", "no"));

    assertThat(timeout.missingKeys()).containsExactly(named("no"));
  }

  @Test
  default void timeout_ofOneCall_leavesTheStoreUsable() {
    store().setTimeout(ofMillis(20));
    timeoutOf(() -> store().get("the_key"));

    store().set("the_key", "x");

    assertThat(store().getString("the_key")).isEqualTo("x");
    timeoutOf(() -> store().await("other"));
    assertThat(store().add("n", 1)).isEqualTo(1);
  }

  @Test
  default void timeout_zero_takesWhatIsThereAndWaitsForNothing() {
    store().set("here", "v");
    store().setTimeout(Duration.ZERO);

    assertThat(store().timeout()).isZero();
    assertThat(store().getString("here")).isEqualTo("v");
    assertThat(store().multiGet("here", "here")).hasSize(2);
    store().await("here");
    assertThat(timeoutOf(() -> store().get("no")).timeout()).isZero();
    timeoutOf(() -> store().multiGet("here", "no"));
    timeoutOf(() -> store().await("no"));
    timeoutOf(() -> store().await(Duration.ZERO, "here", "no"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 50, 130})
  default void timeout_ofMilliseconds_isNeverEarlyAndSeldomLate(int millis) {
    Duration timeout = ofMillis(millis);
    Duration soonest = Store.DEFAULT_TIMEOUT;

    for (int attempt = 0; attempt < 20 && soonest.compareTo(ofMillis(millis + 50)) > 0; attempt++) {
      Duration taken = timed(() -> timeoutOf(() -> store().await(timeout, "no")));
      assertThat(taken).isGreaterThanOrEqualTo(timeout);
      soonest = taken.compareTo(soonest) < 0 ? taken : soonest;
    }

    assertThat(soonest).isLessThanOrEqualTo(ofMillis(millis + 50));
  }

  @Test
  default void timeout_ofTheStore_appliesToGet() {
    store().setTimeout(ofMillis(80));

    assertThat(timed(() -> timeoutOf(() -> store().get("no"))))
        .isGreaterThanOrEqualTo(ofMillis(80));
  }

  @Test
  default void timeout_negative_isRefused() {
    Duration before = store().timeout();

    assertThatIllegalArgumentException().isThrownBy(() -> store().setTimeout(ofMillis(-1)));
    assertThatIllegalArgumentException().isThrownBy(() -> store().await(ofMillis(-1), "k"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> store().await(Duration.ofSeconds(Long.MIN_VALUE), "k"));
    store().set("k", "v");
    assertThatIllegalArgumentException().isThrownBy(() -> store().await(ofMillis(-1), "k"));
    assertThat(store().timeout()).isEqualTo(before);
  }

  @Test
  default void setTimeout_isReadBack() {
    store().setTimeout(ofMillis(1234));
    assertThat(store().timeout()).isEqualTo(ofMillis(1234));

    store().setTimeout(Store.FOREVER);
    assertThat(store().timeout()).isEqualTo(Store.FOREVER);
  }

  @Test
  default void await_wokenBySet() {
    wakes(store -> store.set("key", "v"));
  }

  @Test
  default void await_wokenByAdd() {
    wakes(store -> store.add("key", 1));
  }

  @Test
  default void await_wokenByAppend() {
    wakes(store -> store.append("key", "v"));
  }

  @Test
  default void await_wokenByMultiSet() {
    wakes(store -> store.multiSet(List.of("other", "key"), List.of(bytes("1"), bytes("2"))));
  }

  @Test
  default void await_wokenByCompareSet() {
    wakes(store -> store.compareSet("key", "", "v"));
  }

  private void wakes(Consumer<Store> writing) {
    store().setTimeout(Store.FOREVER);
    List<Store> handles = List.of(store(), anotherHandle());
    for (Store writer : handles) {
      store().deleteKey("key");
      var waits =
          List.of(
              Background.run(() -> store().await("key")),
              Background.run(() -> handles.get(1).await(Store.FOREVER, "key")),
              Background.run(() -> store().await("key", "key")),
              Background.run(() -> assertThat(store().get("key")).isNotEmpty()),
              Background.run(() -> assertThat(store().multiGet("key", "key")).hasSize(2)));
      waits.forEach(Background::awaitBlocked);

      writing.accept(writer);

      waits.forEach(Background::result);
    }
  }

  @Test
  default void await_keysComeOneByOne_returnsAfterTheLast() {
    store().set("b", "v");
    var waiting = Background.run(() -> store().await("a", "b", "c")).awaitBlocked();

    store().set("c", "v");
    waiting.awaitBlocked();
    store().set("a", "v");

    waiting.result();
  }

  @Test
  default void await_otherKeysComeAndGo_waitsOn() {
    var waiting = Background.run(() -> store().await("key")).awaitBlocked();

    IntStream.range(0, 100).forEach(i -> store().set("other" + i, "v"));
    IntStream.range(0, 100).forEach(i -> store().deleteKey("other" + i));
    store().add("key2", 1);
    waiting.awaitBlocked();
    store().set("key", "v");

    waiting.result();
  }

  @Test
  default void await_compareSetThatDoesNotSwap_waitsOn() {
    var waiting =
        Background.call(() -> timeoutOf(() -> store().await(ofMillis(200), "key"))).awaitBlocked();

    store().compareSet("key", "something", "v");

    assertThat(waiting.result().missingKeys()).containsExactly(named("key"));
  }

  @Test
  default void get_keySetByAnotherThread_returnsItsValue() {
    var reading = Background.call(() -> store().getString("key")).awaitBlocked();

    store().set("key", "value1");

    assertThat(reading.result()).isEqualTo("value1");
  }

  @Test
  default void get_keyOfAnotherHandle_returnsItsValue() {
    Store other = anotherHandle();
    var reading = Background.call(() -> store().getString("key1")).awaitBlocked();

    other.set("key1", "value1");

    assertThat(reading.result()).isEqualTo("value1");
  }

  @Test
  default void multiGet_keysSetByAnotherThread_returnsTheirValues() {
    store().set("b", "2");
    var reading = Background.call(() -> store().multiGet("a", "b")).awaitBlocked();

    store().set("a", "1");

    assertThat(reading.result()).containsExactly(bytes("1"), bytes("2"));
  }

  @Test
  default void waitingThreads_leaveTheStoreToTheOthers() {
    store().setTimeout(Store.FOREVER);
    var waiting =
        IntStream.range(0, 8)
            .mapToObj(i -> Background.call(() -> store().getString("late" + i)))
            .toList();
    waiting.forEach(Background::awaitBlocked);

    store().set("k", "v");
    assertThat(store().getString("k")).isEqualTo("v");
    assertThat(store().add("n", 1)).isEqualTo(1);
    assertThat(store().check("late0")).isFalse();
    store().await("k", "n");
    timeoutOf(() -> store().await(ofMillis(10), "absent"));
    assertThat(store().deleteKey("k")).isTrue();

    for (int i = 7; i >= 0; i--) {
      store().set("late" + i, "v" + i);
      assertThat(waiting.get(i).result()).isEqualTo("v" + i);
    }
  }

  @Test
  default void interrupt_endsAWaitAndLeavesTheStoreUsable() {
    store().setTimeout(Store.FOREVER);
    List<Runnable> waits =
        List.of(
            () -> store().await("key"),
            () -> store().await(Duration.ofSeconds(30), "key"),
            () -> store().get("key"),
            () -> store().multiGet("key", "key2"),
            () -> store().barrier("barrier", 2, Store.FOREVER));
    for (Runnable wait : waits) {
      var waiting =
          Background.call(
              () -> {
                assertThatThrownBy(wait::run).isInstanceOf(StoreInterruptedException.class);
                return Thread.currentThread().isInterrupted();
              });
      waiting.awaitBlocked();

      waiting.interrupt();

      assertThat(waiting.result()).as("the flag is set again").isTrue();
      assertThat(store().add("n", 1)).isPositive();
    }
    store().set("key", "v");
    assertThat(store().getString("key")).isEqualTo("v");
  }

  @Test
  default void interrupt_ofOneWait_leavesTheOthersWaiting() {
    var stays = Background.call(() -> store().getString("key")).awaitBlocked();
    var goes = Background.call(() -> store().getString("key")).awaitBlocked();

    goes.interrupt();
    assertThat(goes.failure()).isInstanceOf(StoreInterruptedException.class);
    stays.awaitBlocked();
    store().set("key", "v");

    assertThat(stays.result()).isEqualTo("v");
  }

  @Test
  default void interrupt_beforeAWait_endsIt() {
    var outcome =
        Background.call(
            () -> {
              Thread.currentThread().interrupt();
              assertThatThrownBy(() -> store().await(Store.FOREVER, "no"))
                  .isInstanceOf(StoreInterruptedException.class);
              return Thread.currentThread().isInterrupted();
            });

    assertThat(outcome.result()).isTrue();
    assertThat(store().add("n", 1)).isEqualTo(1);
  }

  @Test
  default void interrupt_beforeWhatDoesNotWait_changesNothing() {
    Store store = store();
    var outcome =
        Background.call(
            () -> {
              Thread.currentThread().interrupt();
              store.set("k", "v");
              assertThat(store.getString("k")).isEqualTo("v");
              assertThat(store.add("n", 2)).isEqualTo(2);
              assertThat(store.check("k", "n")).isTrue();
              store.await("k");
              assertThat(store.listKeys()).containsExactlyInAnyOrder("k", "n");
              assertThat(store.deleteKey("k")).isTrue();
              return Thread.currentThread().isInterrupted();
            });

    assertThat(outcome.result()).isTrue();
    assertThat(store().numKeys()).isEqualTo(bookkeepingKeys() + 1);
  }

  /** The timeout that a call must end with. */
  static StoreTimeoutException timeoutOf(Runnable call) {
    return catchThrowableOfType(StoreTimeoutException.class, call::run);
  }

  private static Duration timed(Runnable call) {
    long start = System.nanoTime();
    call.run();
    return Duration.ofNanos(System.nanoTime() - start);
  }
}
