package io.muster.collectives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.muster.fixtures.Background;
import io.muster.store.HashStore;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/**
 * Fault D1, with buffers of arenas (JDK 22 and later), which throw on the I/O thread. {@code
 * MeshFailureTest} injects these and other errors on all JDKs.
 */
@EnabledForJreRange(min = JRE.JAVA_22)
class ArenaBufferTest {
  private final List<ProcessGroup> world = Ranks.join(new HashStore(), 2);

  @AfterEach
  void close() {
    world.forEach(ProcessGroup::close);
  }

  /** An arena, by reflection, because this code is compiled for JDK 17. */
  private static AutoCloseable arena(String kind) throws ReflectiveOperationException {
    return (AutoCloseable) Class.forName("java.lang.foreign.Arena").getMethod(kind).invoke(null);
  }

  private static ByteBuffer bytes(AutoCloseable arena, long count)
      throws ReflectiveOperationException {
    Class<?> arenas = Class.forName("java.lang.foreign.Arena");
    Object segment = arenas.getMethod("allocate", long.class).invoke(arena, count);
    return (ByteBuffer)
        Class.forName("java.lang.foreign.MemorySegment").getMethod("asByteBuffer").invoke(segment);
  }

  @Test
  void bufferOfAConfinedArena_isRefused() throws Exception {
    try (AutoCloseable arena = arena("ofConfined")) {
      ByteBuffer buffer = bytes(arena, 8);

      assertThatIllegalArgumentException()
          .isThrownBy(() -> Tensor.of(buffer, DataType.INT32))
          .withMessageContaining("arena of one thread")
          .withMessageContaining("Arena.ofShared()");
    }
  }

  @Test
  void bufferOfASharedArena_isSentAndReceived() throws Exception {
    try (AutoCloseable arena = arena("ofShared")) {
      ByteBuffer sent = bytes(arena, 8);
      ByteBuffer received = bytes(arena, 8);
      sent.putLong(0, 4711);
      Work sending = world.get(0).async().send(Tensor.of(sent, DataType.INT64), 1, 0);

      world.get(1).recv(Tensor.of(received, DataType.INT64), 0, 0);

      sending.await();
      assertThat(received.getLong(0)).isEqualTo(4711);
    }
  }

  @Test
  void messageOfAClosedArena_isRefused_andTheGroupStaysUsable() throws Exception {
    AutoCloseable arena = arena("ofShared");
    Tensor tensor = Tensor.of(bytes(arena, 8), DataType.INT64);
    arena.close();

    assertThatIllegalStateException().isThrownBy(() -> world.get(0).send(tensor, 1, 0));

    Background<Boolean> other = Background.run(world.get(1)::barrier);
    world.get(0).barrier();
    assertThat(other.result()).isTrue();
  }

  @Test
  void collectiveOfAClosedArena_failsAtOnce_andTheOthersWithIt() throws Exception {
    AutoCloseable arena = arena("ofShared");
    Tensor tensor = Tensor.of(bytes(arena, 8), DataType.INT64);
    arena.close();
    Background<Boolean> other =
        Background.run(() -> world.get(1).allReduce(Tensor.of(new long[1]), ReduceOp.SUM));

    assertThatIllegalStateException()
        .isThrownBy(() -> world.get(0).allReduce(tensor, ReduceOp.SUM));

    assertThat(other.failure()).isInstanceOf(CollectiveException.class);
  }

  @Test
  void arenaThatIsClosedWhileAMessageIsAwaited_failsIt_andBlamesNobodyElse() throws Exception {
    AutoCloseable arena = arena("ofShared");
    Work receiving = world.get(0).async().recv(Tensor.of(bytes(arena, 8), DataType.INT64), 1, 0);
    Background<Boolean> waiting =
        Background.run(() -> world.get(0).recv(Tensor.of(new long[1]), 1, 1)).awaitBlocked();
    arena.close();

    Work sending = world.get(1).async().send(Tensor.of(new long[] {1}), 0, 0);

    assertThatExceptionOfType(CollectiveException.class)
        .isThrownBy(() -> receiving.await(Ranks.TIMEOUT))
        .withMessageContaining("rank 1 (127.0.0.1")
        .withMessageContaining("this rank failed while it exchanged data with it")
        .withCauseInstanceOf(IllegalStateException.class)
        .satisfies(e -> assertThat(e.lostRanks()).isEmpty());
    assertThat(waiting.failure())
        .isInstanceOfSatisfying(
            CollectiveException.class, e -> assertThat(e.lostRanks()).isEmpty());
    assertThat(sending).isNotNull();
  }
}
