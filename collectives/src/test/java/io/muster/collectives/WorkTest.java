package io.muster.collectives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.muster.fixtures.Background;
import io.muster.store.HashStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Asynchronous operations. */
class WorkTest {
  private static final Duration SHORT = Duration.ofMillis(50);

  /** An operation of rank 0, which is done when rank 1 has done its part. */
  private enum Operation {
    COLLECTIVE {
      @Override
      Work start(ProcessGroup group, int[] data) {
        return group.async().allReduce(Tensor.of(data), ReduceOp.SUM);
      }

      @Override
      void counterpart(ProcessGroup group) {
        group.allReduce(Tensor.of(new int[] {2}), ReduceOp.SUM);
      }
    },
    MESSAGE {
      @Override
      Work start(ProcessGroup group, int[] data) {
        return group.async().recv(Tensor.of(data), 1, 0);
      }

      @Override
      void counterpart(ProcessGroup group) {
        group.send(Tensor.of(new int[] {3}), 0, 0);
      }
    };

    abstract Work start(ProcessGroup group, int[] data);

    abstract void counterpart(ProcessGroup group);
  }

  private final List<ProcessGroup> world = Ranks.join(new HashStore(), 2);
  private final int[] data = {1};

  private void close() {
    world.forEach(ProcessGroup::close);
  }

  @ParameterizedTest
  @EnumSource
  void stage_completesWhenTheOperationIsDone(Operation operation) throws Exception {
    Work work = operation.start(world.get(0), data);
    CompletableFuture<Integer> seen =
        work.stage().thenApply(unused -> data[0]).toCompletableFuture();
    assertThat(work.isDone()).isFalse();
    assertThat(seen).isNotDone();

    operation.counterpart(world.get(1));

    assertThat(seen).succeedsWithin(Ranks.TIMEOUT).isEqualTo(3);
    assertThat(work.isDone()).isTrue();
    work.await();
    close();
  }

  @ParameterizedTest
  @EnumSource
  void stage_failsAsTheOperationDoes(Operation operation) {
    Work work = operation.start(world.get(0), data);

    world.get(1).close();

    assertThat(work.stage().toCompletableFuture())
        .failsWithin(Ranks.TIMEOUT)
        .withThrowableOfType(ExecutionException.class)
        .withCauseInstanceOf(CollectiveException.class);
    assertThat(work.isDone()).isTrue();
    assertThatExceptionOfType(CollectiveException.class)
        .isThrownBy(work::await)
        .satisfies(e -> assertThat(e.lostRanks()).containsExactly(1));
    close();
  }

  @ParameterizedTest
  @EnumSource
  void stage_askedForAfterTheEnd_isComplete(Operation operation) {
    Work work = operation.start(world.get(0), data);
    operation.counterpart(world.get(1));
    work.await();

    assertThat(work.stage()).succeedsWithin(Ranks.TIMEOUT);
    close();
  }

  /** Closing the group does not wait for a message, nor does the message wait for its timeout. */
  @Test
  void stage_ofAMessage_failsWhenItsGroupIsClosed() {
    CompletableFuture<Void> stage =
        Operation.MESSAGE.start(world.get(0), data).stage().toCompletableFuture();

    world.get(0).close();

    assertThat(stage)
        .failsWithin(Ranks.TIMEOUT)
        .withThrowableOfType(ExecutionException.class)
        .withCauseInstanceOf(CollectiveException.class);
    close();
  }

  @ParameterizedTest
  @EnumSource
  void await_byThreeThreads_endsForAll(Operation operation) {
    Work work = operation.start(world.get(0), data);
    List<Background<Boolean>> waiting =
        Stream.generate(() -> Background.run(work::await)).limit(3).toList();

    operation.counterpart(world.get(1));

    assertThat(waiting).allSatisfy(one -> assertThat(one.result()).isTrue());
    assertThat(data).containsExactly(3);
    close();
  }

  @ParameterizedTest
  @EnumSource
  void await_thatTakesTooLong_doesSoWhileAnotherThreadWaitsLonger(Operation operation) {
    Work work = operation.start(world.get(0), data);
    Background<Boolean> patient = Background.run(work::await).awaitBlocked();

    assertThatExceptionOfType(CollectiveTimeoutException.class).isThrownBy(() -> work.await(SHORT));

    assertThat(patient.failure()).isInstanceOf(CollectiveException.class);
    close();
  }

  @ParameterizedTest
  @EnumSource
  void await_thatIsInterrupted_leavesTheOperationAlone(Operation operation) {
    Work work = operation.start(world.get(0), data);
    Background<Boolean> waiting = Background.run(work::await).awaitBlocked();

    waiting.interrupt();
    assertThat(waiting.failure()).isInstanceOf(CollectiveInterruptedException.class);
    operation.counterpart(world.get(1));

    work.await();
    assertThat(data).containsExactly(3);
    close();
  }

  @ParameterizedTest
  @EnumSource
  void await_thatTakesTooLong_endsTheOperationAndItsGroup(Operation operation) {
    Work work = operation.start(world.get(0), data);

    assertThatExceptionOfType(CollectiveTimeoutException.class)
        .isThrownBy(() -> work.await(SHORT))
        .withMessageContaining("PT0.05S")
        .satisfies(e -> assertThat(e.timeout()).isEqualTo(SHORT));

    assertThatExceptionOfType(CollectiveException.class).isThrownBy(world.get(0)::barrier);
    assertThat(work.stage().toCompletableFuture()).failsWithin(Ranks.TIMEOUT);
    close();
  }

  @ParameterizedTest
  @EnumSource
  void await_negativeTimeout_isRefusedBeforeAndAfterTheEnd(Operation operation) {
    Work work = operation.start(world.get(0), data);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> work.await(Duration.ofNanos(-1)))
        .withMessage("timeout must not be negative but was PT-0.000000001S");
    operation.counterpart(world.get(1));
    work.await();

    assertThatIllegalArgumentException().isThrownBy(() -> work.await(Duration.ofNanos(-1)));
    assertThat(data).containsExactly(3);
    close();
  }

  @Test
  void manyWorks_areDoneInTheOrderTheyWereStarted_whateverTheOrderOfWaiting() {
    int count = 100;
    List<Background<int[]>> ranks =
        world.stream()
            .map(
                group ->
                    Background.call(
                        () -> {
                          int[] sums = IntStream.range(0, count).toArray();
                          List<Work> works = new ArrayList<>();
                          for (int i = 0; i < count; i++) {
                            works.add(group.async().allReduce(Tensor.of(sums, i, 1), ReduceOp.SUM));
                          }
                          for (int i = count - 1; i >= 0; i--) {
                            works.get(i).await();
                          }
                          return sums;
                        }))
            .toList();

    int[] expected = IntStream.range(0, count).map(i -> 2 * i).toArray();
    ranks.forEach(rank -> assertThat(rank.result()).isEqualTo(expected));
    close();
  }

  @Test
  void sourceRank_isKnownWhenTheMessageIsThere() {
    Work work = world.get(0).async().recvAnySource(Tensor.of(data), 0);
    assertThat(work.sourceRank()).isEmpty();

    Operation.MESSAGE.counterpart(world.get(1));
    work.await();

    assertThat(work.sourceRank()).hasValue(1);
    close();
  }

  @Test
  void sourceRank_ofASend_isEmpty() {
    Work work = world.get(0).async().send(Tensor.of(data), 1, 0);
    assertThat(work.sourceRank()).isEmpty();

    world.get(1).recv(Tensor.of(new int[1]), 0, 0);
    work.await();

    assertThat(work.sourceRank()).isEmpty();
    close();
  }

  @Test
  void await_waitsForTheTimeoutOfTheView() {
    Duration timeout = Duration.ofMillis(100);
    Work work = world.get(0).withTimeout(timeout).async().recv(Tensor.of(data), 1, 0);

    assertThatExceptionOfType(CollectiveTimeoutException.class)
        .isThrownBy(work::await)
        .satisfies(e -> assertThat(e.timeout()).isEqualTo(timeout));
    close();
  }
}
