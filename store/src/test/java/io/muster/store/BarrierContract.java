package io.muster.store;

import static io.muster.store.WaitContract.timeoutOf;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The barrier of a store. */
public interface BarrierContract extends StoreFixture {
  @Test
  default void barrier_lastThreadComes_releasesAll() {
    var waiting =
        IntStream.range(1, 8).mapToObj(i -> Background.run(() -> store().barrier("b", 8))).toList();
    waiting.forEach(Background::awaitBlocked);

    store().barrier("b", 8, Duration.ofSeconds(20));

    waiting.forEach(Background::result);
  }

  @Test
  default void barrier_threadsOfSeveralHandles_meet() {
    var waiting =
        IntStream.range(0, 4)
            .mapToObj(i -> anotherHandle())
            .map(handle -> Background.run(() -> handle.barrier("b", 4, Store.FOREVER)))
            .toList();

    waiting.forEach(Background::result);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 0, -1})
  default void barrier_worldSizeOfOneOrLess_returnsAtOnce(int worldSize) {
    store().barrier("b", worldSize, Duration.ZERO);
  }

  @Test
  default void barrier_servedOnce_letsLaterCallersThrough() {
    var first = Background.run(() -> store().barrier("b", 2));
    store().barrier("b", 2);
    first.result();

    store().barrier("b", 2, Duration.ZERO);
    store().barrier("b", 2, Duration.ZERO);
  }

  @Test
  default void barrier_tooFewCome_timesOutNamingIt() {
    StoreTimeoutException timeout = timeoutOf(() -> store().barrier("bar", 2, ofMillis(60)));

    assertThat(timeout).hasMessageContaining("barrier timeout after 60ms, key: bar");
    assertThat(timeout.timeout()).isEqualTo(ofMillis(60));
  }

  @Test
  default void barrier_callerWhoTimedOut_countsNoMore() {
    timeoutOf(() -> store().barrier("b", 2, ofMillis(20)));
    timeoutOf(() -> store().barrier("b", 2, ofMillis(20)));
    timeoutOf(() -> store().barrier("b", 2, Duration.ZERO));

    var waiting = Background.run(() -> store().barrier("b", 2)).awaitBlocked();
    store().barrier("b", 2);

    waiting.result();
  }

  @Test
  default void barrier_callerWhoWasInterrupted_countsNoMore() {
    var interrupted = Background.run(() -> store().barrier("b", 2)).awaitBlocked();
    interrupted.interrupt();
    assertThat(interrupted.failure()).isInstanceOf(StoreInterruptedException.class);

    timeoutOf(() -> store().barrier("b", 2, ofMillis(20)));

    var waiting = Background.run(() -> store().barrier("b", 2)).awaitBlocked();
    store().barrier("b", 2);
    waiting.result();
  }

  @Test
  default void barrier_differentKeys_areApart() {
    var one = Background.run(() -> store().barrier("one", 2)).awaitBlocked();
    timeoutOf(() -> store().barrier("two", 2, ofMillis(20)));
    one.awaitBlocked();

    store().barrier("one", 2);

    one.result();
  }

  @Test
  default void barrier_negativeTimeout_isRefusedAndDoesNotCount() {
    assertThatIllegalArgumentException().isThrownBy(() -> store().barrier("b", 2, ofMillis(-1)));

    timeoutOf(() -> store().barrier("b", 2, Duration.ZERO));
  }
}
