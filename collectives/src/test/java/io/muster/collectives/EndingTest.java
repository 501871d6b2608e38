package io.muster.collectives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.muster.collectives.internal.wire.Preamble;
import io.muster.fixtures.Background;
import io.muster.store.HashStore;
import io.muster.store.Store;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Faults D8 and D9: a timeout or {@link ProcessGroup#abort} ends any wait, and closing a group logs
 * the messages that were not sent. Callbacks of the caller must not occupy threads that complete
 * operations: neither those of collectives, nor those of messages, nor the I/O thread.
 */
@Timeout(60)
class EndingTest {
  private final Store store = new HashStore();
  private final List<ProcessGroup> opened = new ArrayList<>();

  @AfterEach
  void close() {
    opened.forEach(ProcessGroup::abort);
    opened.forEach(ProcessGroup::close);
  }

  private List<ProcessGroup> world(int size) {
    opened.addAll(Ranks.join(store, size));
    return opened;
  }

  private static Work reduction(ProcessGroup group) {
    return group.async().allReduce(Tensor.of(new int[] {1}), ReduceOp.SUM);
  }

  /** More callbacks than the group has threads for collectives. */
  @ParameterizedTest
  @ValueSource(ints = {2, 10})
  void callbacksThatAwaitOtherCollectives_holdUpNobody(int count) {
    List<ProcessGroup> world = world(2);
    List<CompletableFuture<Integer>> sums = new ArrayList<>();
    for (ProcessGroup group : world) {
      List<Work> first = IntStream.range(0, count).mapToObj(i -> reduction(group)).toList();
      List<Work> second = IntStream.range(0, count).mapToObj(i -> reduction(group)).toList();
      for (int i = 0; i < count; i++) {
        Work other = second.get(i);
        sums.add(
            first
                .get(i)
                .stage()
                .thenApply(
                    nothing -> {
                      other.await(Ranks.TIMEOUT);
                      return 1;
                    })
                .toCompletableFuture());
      }
    }

    assertThat(sums).allSatisfy(sum -> assertThat(sum).succeedsWithin(Ranks.TIMEOUT).isEqualTo(1));
  }

  @Test
  void callbacksOfMessages_thatAwaitCollectives_holdUpNobody() {
    List<ProcessGroup> world = world(2);
    List<CompletableFuture<Void>> ends = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Work receiving = world.get(0).async().recv(Tensor.of(new int[1]), 1, i);
      Work later = reduction(world.get(0));
      ends.add(receiving.stage().thenRun(() -> later.await(Ranks.TIMEOUT)).toCompletableFuture());
    }

    for (int i = 0; i < 3; i++) {
      world.get(1).send(Tensor.of(new int[1]), 0, i);
    }
    for (int i = 0; i < 3; i++) {
      reduction(world.get(1)).await();
    }

    assertThat(ends).allSatisfy(end -> assertThat(end).succeedsWithin(Ranks.TIMEOUT));
  }

  @Test
  void callbackThatThrows_harmsNothing() {
    List<ProcessGroup> world = world(2);
    CompletableFuture<Void> end =
        reduction(world.get(0))
            .stage()
            .thenRun(
                () -> {
                  throw new Error("injected");
                })
            .toCompletableFuture();

    reduction(world.get(1)).await();

    assertThat(end).failsWithin(Ranks.TIMEOUT);
    Work again = reduction(world.get(0));
    reduction(world.get(1)).await();
    again.await();
  }

  @Test
  void abort_endsWhateverIsUnderWay_andSaysWhy() {
    ProcessGroup group = world(3).get(0);
    List<Background<?>> waiting =
        List.of(
            Background.run(group::barrier),
            Background.call(() -> group.recvAnySource(Tensor.of(new int[1]), 7)),
            Background.run(() -> group.send(Tensor.of(new int[1]), 2, 8)),
            Background.run(() -> group.monitoredBarrier(Ranks.TIMEOUT)));
    List<Work> works =
        List.of(
            reduction(group),
            reduction(group),
            reduction(group),
            group.async().recv(Tensor.of(new int[1]), 1, 9));
    waiting.forEach(Background::awaitBlocked);

    group.abort();

    assertThat(waiting)
        .allSatisfy(
            one ->
                assertThat(one.failure())
                    .isInstanceOfSatisfying(
                        CollectiveException.class, e -> assertThat(e.lostRanks()).isEmpty())
                    .hasMessageContaining("was aborted"));
    assertThat(works)
        .allSatisfy(
            work ->
                assertThatExceptionOfType(CollectiveException.class)
                    .isThrownBy(work::await)
                    .withMessageContaining("was aborted"));
    assertThatExceptionOfType(CollectiveException.class).isThrownBy(group::barrier);
  }

  @Test
  void abort_isALossForTheOthers() {
    List<ProcessGroup> world = world(3);
    Background<Boolean> other = Background.run(world.get(1)::barrier).awaitBlocked();

    world.get(0).abort();

    assertThat(other.failure())
        .isInstanceOfSatisfying(
            CollectiveException.class, e -> assertThat(e.lostRanks().get(0)).isZero());
  }

  /** A stopped peer: it announces large receives and reads nothing. */
  @Test
  void abort_endsAClosingThatWaitsForAFrozenPeer() throws Exception {
    int bytes = 64 << 20;
    Background<ProcessGroup> joining =
        Background.call(() -> new ProcessGroups().initProcessGroup(Ranks.options(store, 0, 2)));
    try (RawPeer frozen = new RawPeer(store)) {
      ProcessGroup group = joining.result();
      opened.add(group);
      ByteBuffer ready = new Preamble(Preamble.Kind.RECEIVE_READY, 5, bytes).encode();
      byte[] frame = new byte[ready.remaining()];
      ready.get(frame);
      frozen.send(frame);
      Background<Boolean> sending =
          Background.run(() -> group.send(Tensor.of(new byte[bytes]), 1, 5)).awaitBlocked();
      Background<Boolean> closing = Background.run(group::close).awaitBlocked();

      group.abort();

      assertThat(sending.failure()).isInstanceOf(CollectiveException.class);
      assertThat(closing.result()).isTrue();
    }
  }

  @Test
  void close_whileAnotherThreadReceives_isEndedByAbort() {
    ProcessGroup group = world(2).get(0);
    Background<?> receiving =
        Background.call(() -> group.recvAnySource(Tensor.of(new int[1]), 7)).awaitBlocked();
    Background<Boolean> closing = Background.run(group::close).awaitBlocked();

    group.abort();

    assertThat(receiving.failure()).isInstanceOf(CollectiveException.class);
    assertThat(closing.result()).isTrue();
  }

  /** Fault D9: a warning names the sends that no rank has received. */
  @Test
  void close_waitsForMessagesThatNobodyAwaits() {
    List<ProcessGroup> world = world(2);
    int[] sent = IntStream.range(0, 1 << 20).toArray();
    Work unused = world.get(0).async().send(Tensor.of(sent), 1, 0);
    Background<Boolean> closing = Background.run(world.get(0)::close).awaitBlocked();
    int[] received = new int[sent.length];

    world.get(1).recv(Tensor.of(received), 0, 0);

    assertThat(received).isEqualTo(sent);
    world.get(1).close();
    assertThat(closing.result()).isTrue();
  }

  @Test
  void close_saysWhichMessagesHaveNotBeenSent() {
    Logger logger = Logger.getLogger("io.muster.collectives");
    List<String> warnings = new CopyOnWriteArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            warnings.add(
                java.text.MessageFormat.format(record.getMessage(), record.getParameters()));
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    List<ProcessGroup> world = world(2);
    Work unused = world.get(0).async().send(Tensor.of(new int[1]), 1, 4);
    Work seen = world.get(0).async().send(Tensor.of(new int[1]), 1, 5);
    world.get(1).close();
    assertThatExceptionOfType(CollectiveException.class)
        .isThrownBy(() -> seen.await(Duration.ofSeconds(10)));
    logger.addHandler(handler);
    try {
      world.get(0).close();
    } finally {
      logger.removeHandler(handler);
    }

    assertThat(warnings)
        .singleElement()
        .asString()
        .contains("rank 0 of 2 of group 0 was closed")
        .contains("[send to rank 1 with tag 4]");
  }
}
