package io.muster.collectives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.muster.fixtures.Background;
import io.muster.store.HashStore;
import io.muster.store.Store;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The exceptions of the other ranks when a rank dies or is missing. */
class FailureTest {
  private static final Duration SHORT = Duration.ofMillis(100);

  private final Store store = new HashStore();

  private List<ProcessGroup> world(int size) {
    return Ranks.join(store, size);
  }

  @Test
  void rankThatLeaves_isNamedOnAllOthers() {
    List<ProcessGroup> world = world(3);
    List<Background<CollectiveException>> others =
        IntStream.of(0, 1)
            .mapToObj(
                rank ->
                    Background.call(
                        () ->
                            catchThrowableOfType(
                                CollectiveException.class,
                                () ->
                                    world
                                        .get(rank)
                                        .allReduce(Tensor.of(new float[9]), ReduceOp.SUM))))
            .toList();

    world.get(2).close();

    for (Background<CollectiveException> other : others) {
      CollectiveException failure = other.result();
      assertThat(failure.lostRanks().get(0)).isEqualTo(2);
      assertThat(failure.operation()).isEqualTo("allReduce");
      assertThat(failure).hasMessageContaining("rank 2 (127.0.0.1:").hasMessageContaining("closed");
    }
    world.forEach(ProcessGroup::close);
  }

  @Test
  void rankThatDoesNotCome_isNamedByTheTimeout_andTheGroupIsOfNoUse() {
    List<ProcessGroup> world = world(2);
    ProcessGroup first = world.get(0);

    assertThatExceptionOfType(CollectiveTimeoutException.class)
        .isThrownBy(() -> first.withTimeout(SHORT).barrier())
        .satisfies(e -> assertThat(e.missingRanks()).containsExactly(1))
        .withMessageContaining("barrier (call 0) on rank 0 of 2 of group 0 timed out after PT0.1S");
    assertThatExceptionOfType(CollectiveException.class)
        .isThrownBy(first::barrier)
        .withMessageContaining("made the group unusable");
    assertThatExceptionOfType(CollectiveException.class).isThrownBy(world.get(1)::barrier);

    world.forEach(ProcessGroup::close);
  }

  @Test
  void monitoredBarrier_namesAllWhoAreMissing() {
    List<ProcessGroup> world = world(3);

    assertThatExceptionOfType(CollectiveTimeoutException.class)
        .isThrownBy(() -> world.get(0).monitoredBarrier(SHORT, true))
        .withMessageStartingWith("[Rank 0]: Ranks 1, 2 failed to pass monitoredBarrier in 100 ms")
        .satisfies(e -> assertThat(e.missingRanks()).containsExactly(1, 2));

    world.forEach(ProcessGroup::close);
  }

  @Test
  void monitoredBarrier_namesNoneWhoHaveCome() {
    List<ProcessGroup> world = world(5);
    List<Background<CollectiveException>> present =
        IntStream.of(1, 3)
            .mapToObj(
                rank ->
                    Background.call(
                        () ->
                            catchThrowableOfType(
                                CollectiveException.class,
                                () -> world.get(rank).monitoredBarrier(Ranks.TIMEOUT))))
            .toList();

    assertThatExceptionOfType(CollectiveTimeoutException.class)
        .isThrownBy(() -> world.get(0).monitoredBarrier(Duration.ofSeconds(1), true))
        .withMessageStartingWith("[Rank 0]: Ranks 2, 4 failed to pass monitoredBarrier in 1000 ms")
        .satisfies(e -> assertThat(e.missingRanks()).containsExactly(2, 4));

    assertThat(present).allSatisfy(rank -> assertThat(rank.result()).isNotNull());
    world.forEach(ProcessGroup::close);
  }

  @Test
  void monitoredBarrier_thatDoesNotWaitForAll_namesTheFirst() {
    List<ProcessGroup> world = world(4);
    Background<CollectiveException> present =
        Background.call(
            () ->
                catchThrowableOfType(
                    CollectiveException.class, () -> world.get(1).monitoredBarrier(Ranks.TIMEOUT)));

    assertThatExceptionOfType(CollectiveTimeoutException.class)
        .isThrownBy(() -> world.get(0).monitoredBarrier(Duration.ofSeconds(1)))
        .withMessageStartingWith("[Rank 0]: Rank 2 failed to pass monitoredBarrier in 1000 ms")
        .satisfies(e -> assertThat(e.missingRanks()).containsExactly(2));

    assertThat(present.result()).isNotNull();
    world.forEach(ProcessGroup::close);
  }

  @Test
  void interrupt_endsABlockingCall() {
    List<ProcessGroup> world = world(2);
    Background<Boolean> waiting = Background.run(() -> world.get(0).barrier()).awaitBlocked();

    waiting.interrupt();

    assertThat(waiting.failure()).isInstanceOf(CollectiveInterruptedException.class);
    world.forEach(ProcessGroup::close);
  }

  @Test
  void rankThatIsMissing_isNamedWhenTheGroupIsMade() {
    ProcessGroupOptions alone =
        ProcessGroupOptions.builder()
            .store(store)
            .rank(0)
            .worldSize(2)
            .timeout(SHORT)
            .interfaceNames("lo")
            .build();

    assertThatExceptionOfType(CollectiveTimeoutException.class)
        .isThrownBy(() -> new ProcessGroups().initProcessGroup(alone))
        .satisfies(e -> assertThat(e.missingRanks()).containsExactly(1));
  }

  @Test
  void closedGroup_refusesCalls() {
    List<ProcessGroup> world = world(1);
    ProcessGroup group = world.get(0);

    group.close();
    group.close();

    assertThatIllegalStateException().isThrownBy(group::barrier);
  }

  @Test
  void keys_arePyTorchs() {
    List<ProcessGroup> world = world(2);

    assertThat(store.listKeys()).containsExactlyInAnyOrder("0//cpu//0/0", "0//cpu//0/1");
    world.forEach(ProcessGroup::close);
  }

  @Test
  void rankThatIsDone_failsNobodyWhoDoesNotNeedIt() {
    List<ProcessGroup> world = world(3);
    world.get(2).close();
    int[] received = new int[1];

    Background<Boolean> sending =
        Background.run(() -> world.get(0).send(Tensor.of(new int[] {7}), 1, 0));
    world.get(1).recv(Tensor.of(received), 0, 0);

    assertThat(sending.result()).isTrue();
    assertThat(received).containsExactly(7);
    world.forEach(ProcessGroup::close);
  }

  /** The leaves of a tree are done early. Their messages arrive although they disconnect. */
  @Test
  void close_letsArriveWhatWasSent() {
    List<ProcessGroup> world = world(2);
    int[] received = new int[1 << 20];
    Work receiving = world.get(1).async().recv(Tensor.of(received), 0, 0);
    int[] sent = IntStream.range(0, received.length).toArray();

    world.get(0).send(Tensor.of(sent), 1, 0);
    world.get(0).close();

    receiving.await(Ranks.TIMEOUT);
    assertThat(received).isEqualTo(sent);
    world.forEach(ProcessGroup::close);
  }

  @Test
  void close_waitsForCallsThatHaveBegun() {
    List<ProcessGroup> world = world(2);
    int[] data = {1};
    Work begun = world.get(0).async().allReduce(Tensor.of(data), ReduceOp.SUM);
    Background<Boolean> closing = Background.run(world.get(0)::close).awaitBlocked();

    assertThat(begun.isDone()).isFalse();
    world.get(1).allReduce(Tensor.of(new int[] {2}), ReduceOp.SUM);

    begun.await(Ranks.TIMEOUT);
    assertThat(data).containsExactly(3);
    world.get(1).close();
    assertThat(closing.result()).isTrue();
  }

  /** Fault D6: exceptions on both sides name both lengths, the call, and the peer. */
  @Test
  void tensorsOfDifferentLengths_failAllRanksInsteadOfMixingThem() {
    List<ProcessGroup> world = world(2);
    Background<Boolean> first =
        Background.run(() -> world.get(0).allReduce(Tensor.of(new float[100]), ReduceOp.SUM));
    Background<Boolean> second =
        Background.run(() -> world.get(1).allReduce(Tensor.of(new float[90]), ReduceOp.SUM));

    assertThat(List.of(first.failure(), second.failure()))
        .hasOnlyElementsOfType(CollectiveException.class)
        .allSatisfy(
            e ->
                assertThat(e)
                    .message()
                    .contains("allReduce (call 0) on rank ")
                    .containsPattern("rank [01] \\(127.0.0.1:")
                    .containsPattern(
                        "(sends|expects) (100|92) bytes where this rank (expects|sends)")
                    .contains("as a message of allReduce (call 0)")
                    .contains("equal lengths"));
    world.forEach(ProcessGroup::close);
  }

  /** Fault D6: all messages have the same length, but one rank has a different number of them. */
  @Test
  void tensorsOfLengthsThatDifferByOne_failAllRanksInsteadOfMixingThem() {
    List<ProcessGroup> world = world(2);
    Background<Boolean> first =
        Background.run(() -> world.get(0).allReduce(Tensor.of(new float[4]), ReduceOp.SUM));
    Background<Boolean> second =
        Background.run(() -> world.get(1).allReduce(Tensor.of(new float[3]), ReduceOp.SUM));

    assertThat(second.failure())
        .isInstanceOf(CollectiveException.class)
        .hasMessageContaining("rank 0")
        .hasMessageContaining("4 bytes more than this rank")
        .hasMessageContaining("as a message of allReduce (call 0)");
    assertThat(first.failure()).isInstanceOf(CollectiveException.class);
    world.forEach(ProcessGroup::close);
  }

  /** Fault D7: the neighbour in the ring is not the missing rank. */
  @Test
  void timeout_saysThatTheRankItWaitsForMayWaitItself() {
    List<ProcessGroup> world = world(3);
    Background<Boolean> neighbour =
        Background.run(() -> world.get(1).allReduce(Tensor.of(new float[9]), ReduceOp.SUM));

    assertThatExceptionOfType(CollectiveTimeoutException.class)
        .isThrownBy(
            () -> world.get(0).withTimeout(SHORT).allReduce(Tensor.of(new float[9]), ReduceOp.SUM))
        .withMessageContaining("rank 1 to send")
        .withMessageContaining("they may themselves wait for another rank");

    assertThat(neighbour.failure()).isInstanceOf(CollectiveException.class);
    world.forEach(ProcessGroup::close);
  }
}
