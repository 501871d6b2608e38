package io.muster.collectives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.muster.store.Background;
import io.muster.store.HashStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Operations that were started, seen by rank 0 of a world of two. */
class WorkTest {
  private static final Duration SHORT = Duration.ofMillis(100);
  private static final int TAG = 3;

  private final List<ProcessGroup> world = Ranks.join(new HashStore(), 2);
  private final ProcessGroup group = world.get(0);
  private final ProcessGroup other = world.get(1);
  private final int[] data = {1, 2};

  @AfterEach
  void close() {
    world.stream().map(rank -> Background.run(rank::close)).toList().forEach(Background::result);
  }

  /** What rank 0 starts, and what rank 1 does so that it is done; both leave 5 and 6. */
  private record Operation(
      BiFunction<ProcessGroup, Tensor, Work> start, BiFunction<ProcessGroup, Tensor, Work> finish) {
    Work start(ProcessGroup group, int[] data) {
      return start.apply(group, Tensor.of(data));
    }

    void finish(ProcessGroup other) {
      finish.apply(other, Tensor.of(new int[] {5, 6})).await();
    }
  }

  static Stream<Arguments> operations() {
    return Stream.of(
        Arguments.of(
            "a collective",
            new Operation(
                (group, data) -> group.async().broadcast(data, 1),
                (other, data) -> other.async().broadcast(data, 1))),
        Arguments.of(
            "a message",
            new Operation(
                (group, data) -> group.async().recv(data, 1, TAG),
                (other, data) -> other.async().send(data, 0, TAG))),
        Arguments.of(
            "a message from anyone",
            new Operation(
                (group, data) -> group.async().recvAnySource(data, TAG),
                (other, data) -> other.async().send(data, 0, TAG))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("operations")
  void stage_completesWhenTheDataAreThere(String what, Operation operation) {
    Work work = operation.start(group, data);
    CompletableFuture<List<Integer>> seen =
        work.stage().thenApply(unused -> List.of(data[0], data[1])).toCompletableFuture();
    assertThat(work.isDone()).as(what).isFalse();
    assertThat(seen).isNotDone();

    operation.finish(other);

    assertThat(seen).succeedsWithin(Ranks.TIMEOUT).isEqualTo(List.of(5, 6));
    assertThat(work.isDone()).isTrue();
    work.await();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("operations")
  void stage_thatIsAskedForAfterTheEnd_completes(String what, Operation operation) {
    Work work = operation.start(group, data);
    operation.finish(other);
    work.await();

    assertThat(work.stage()).as(what).succeedsWithin(Ranks.TIMEOUT);
    assertThat(data).containsExactly(5, 6);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("operations")
  void stage_failsWhenTheOtherLeaves(String what, Operation operation) {
    Work work = operation.start(group, data);
    CompletableFuture<Void> stage = work.stage().toCompletableFuture();

    other.close();

    assertThat(stage)
        .as(what)
        .failsWithin(Ranks.TIMEOUT)
        .withThrowableOfType(ExecutionException.class)
        .havingCause()
        .isInstanceOfSatisfying(
            CollectiveException.class, e -> assertThat(e.lostRanks()).containsExactly(1));
    assertThat(work.isDone()).isTrue();
    assertThatExceptionOfType(CollectiveException.class).isThrownBy(work::await);
  }

  /** What is waited for must not be left for its timeout when it is this rank that leaves. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("messages")
  void stage_ofAMessage_failsWhenTheGroupIsClosed(String what, Operation operation) {
    CompletableFuture<Void> stage = operation.start(group, data).stage().toCompletableFuture();

    group.close();

    assertThat(stage)
        .as(what)
        .failsWithin(Ranks.TIMEOUT)
        .withThrowableOfType(ExecutionException.class)
        .withCauseInstanceOf(CollectiveException.class);
  }

  static Stream<Arguments> messages() {
    return operations().skip(1);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("operations")
  void awaitThatTimesOut_failsTheOperationAndTheGroup(String what, Operation operation) {
    Work work = operation.start(group, data);

    assertThatExceptionOfType(CollectiveTimeoutException.class)
        .as(what)
        .isThrownBy(() -> work.await(SHORT))
        .satisfies(e -> assertThat(e.waited()).isEqualTo(SHORT))
        .withMessageContaining("rank 0 of 2 of group 0 timed out");

    assertThatExceptionOfType(CollectiveException.class).isThrownBy(work::await);
    assertThatExceptionOfType(CollectiveException.class)
        .isThrownBy(group::barrier)
        .withMessageContaining("no use any more");
    assertThatExceptionOfType(CollectiveException.class).isThrownBy(other::barrier);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("operations")
  void interruptOfWhoAwaits_leavesTheOperationAsItIs(String what, Operation operation) {
    Work work = operation.start(group, data);
    Background<Boolean> waiting = Background.run(work::await).awaitBlocked();

    waiting.interrupt();
    assertThat(waiting.failure()).as(what).isInstanceOf(CollectiveInterruptedException.class);
    assertThat(work.isDone()).isFalse();
    operation.finish(other);

    work.await();
    assertThat(data).containsExactly(5, 6);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("operations")
  void severalThreads_mayAwaitOne(String what, Operation operation) {
    Work work = operation.start(group, data);
    List<Background<Boolean>> waiting =
        Stream.generate(() -> Background.run(work::await)).limit(3).toList();

    operation.finish(other);

    assertThat(waiting).as(what).allSatisfy(one -> assertThat(one.result()).isTrue());
  }

  @Test
  void sourceRank_isThereOnceTheMessageFromAnyoneIs() {
    Work work = group.async().recvAnySource(Tensor.of(data), TAG);
    assertThat(work.sourceRank()).isEmpty();

    other.send(Tensor.of(new int[] {5, 6}), 0, TAG);
    work.await();

    assertThat(work.sourceRank()).hasValue(1);
  }

  @Test
  void collectives_beginInTheOrderOfTheirCalls_whateverTheOthers() {
    int[][] received = new int[20][1];
    List<Work> works =
        Stream.of(received).map(one -> group.async().broadcast(Tensor.of(one), 1)).toList();
    for (int i = 0; i < received.length; i++) {
      other.broadcast(Tensor.of(new int[] {i}), 1);
    }

    works.forEach(Work::await);
    for (int i = 0; i < received.length; i++) {
      assertThat(received[i]).containsExactly(i);
    }
  }
}
