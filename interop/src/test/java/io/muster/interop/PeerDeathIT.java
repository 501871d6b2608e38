package io.muster.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.collectives.CollectiveException;
import io.muster.collectives.DataType;
import io.muster.collectives.ProcessGroup;
import io.muster.collectives.ReduceOp;
import io.muster.collectives.Tensor;
import io.muster.fixtures.Background;
import io.muster.interop.Operation.Kind;
import io.muster.interop.World.Mode;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What ranks see when one of them ends; {@code V} is the one that is killed. */
@ExtendWith(CppPyTorch.class)
@Timeout(120)
class PeerDeathIT {
  /** Longer than a busy machine takes, and far from {@link World#TIMEOUT}. */
  private static final Duration SOON = Duration.ofSeconds(5);

  /** 40 MiB. */
  private static final int LENGTH = 10 << 20;

  private final GlooProcess victim = new GlooProcess(Map.of());

  @AfterEach
  void endVictim() {
    victim.close();
  }

  /** The rank before the last stays away, so that the others are stuck half-way. */
  @Test
  void kill_inTheMiddleOfAnAllReduce_isToldToEveryJavaRank() {
    try (World world = World.mixed("JVJJ", Map.of('V', victim), Mode.EAGER)) {
      world
          .party('V')
          .run(
              Party.Order.AT_ONCE,
              List.of(Operation.of(Kind.ALL_REDUCE, DataType.FLOAT32, LENGTH)));
      var stuck =
          Stream.of(0, 3)
              .map(rank -> Background.call(() -> reduced(world.group(rank))).awaitBlocked())
              .toList();

      long killed = kill();

      for (var one : stuck) {
        assertLost(one.failure(), killed);
      }
      assertThatThrownBy(() -> world.group(2).allReduce(Tensor.of(new float[1]), ReduceOp.SUM))
          .isInstanceOfSatisfying(
              CollectiveException.class, e -> assertThat(e.lostRanks()).contains(1));
    }
  }

  @Test
  void kill_betweenManyAllReduces_isToldToEveryJavaRank() throws InterruptedException {
    Operation operation = Operation.of(Kind.ALL_REDUCE, DataType.FLOAT32, LENGTH / 10);
    CountDownLatch warm = new CountDownLatch(20);
    try (World world = World.mixed("JVJ", Map.of('V', victim), Mode.EAGER)) {
      var reducing =
          Stream.of(0, 2)
              .map(
                  rank ->
                      Background.run(
                          () -> {
                            ProcessGroup group = world.group(rank);
                            Tensor tensor = Tensor.of(operation.input(rank), DataType.FLOAT32);
                            while (true) {
                              group.allReduce(tensor, ReduceOp.SUM);
                              warm.countDown();
                            }
                          }))
              .toList();
      world.party('V').run(Party.Order.AT_ONCE, Collections.nCopies(200, operation));
      warm.await();

      long killed = kill();

      for (var one : reducing) {
        assertLost(one.failure(), killed);
      }
    }
  }

  @Test
  void close_ofAJavaRank_endsTheOperationOfPyTorchs() {
    try (World world = World.mixed("JVV", Map.of('V', victim), Mode.EAGER)) {
      world
          .party('V')
          .run(
              Party.Order.AT_ONCE,
              List.of(Operation.of(Kind.ALL_REDUCE, DataType.FLOAT32, LENGTH)));

      world.party('J').close();

      assertThatThrownBy(() -> world.party('V').digests())
          .hasMessageContaining("Connection closed by peer");
    }
  }

  private static Tensor reduced(ProcessGroup group) {
    Tensor tensor = Tensor.of(new float[LENGTH]);
    group.allReduce(tensor, ReduceOp.SUM);
    return tensor;
  }

  /** When it was dead. */
  private long kill() {
    victim.kill();
    return System.nanoTime();
  }

  private static void assertLost(Throwable failure, long killed) {
    assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(SOON);
    assertThat(failure)
        .isInstanceOfSatisfying(
            CollectiveException.class,
            e -> {
              assertThat(e.operation()).isEqualTo("allReduce");
              assertThat(e.lostRanks().get(0)).isEqualTo(1);
            })
        .hasMessageContaining("rank 1");
  }
}
