package io.muster.collectives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.muster.store.HashStore;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Fault D3. A message may be shorter than the tensor that receives it, as with Gloo. The remaining
 * elements do not change. Collectives whose tensors must have equal lengths (reductions, gathers,
 * scatters, all-to-all) refuse it, because their results would be wrong.
 */
class ShorterMessageTest {
  /** Three numbers are received by a tensor of five others, in an array or in direct memory. */
  private static int[] received(boolean direct, java.util.function.Consumer<Tensor> operation) {
    int[] array = {-1, -2, -3, -4, -5};
    if (!direct) {
      operation.accept(Tensor.of(array));
      return array;
    }
    ByteBuffer buffer = ByteBuffer.allocateDirect(4 * array.length).order(ByteOrder.LITTLE_ENDIAN);
    buffer.asIntBuffer().put(array);
    operation.accept(Tensor.of(buffer, DataType.INT32));
    buffer.asIntBuffer().get(array);
    return array;
  }

  private static Tensor three() {
    return Tensor.of(new int[] {1, 2, 3});
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void recv_ofAShorterMessage_leavesTheRest(boolean direct) {
    Ranks.run(
        2,
        group -> {
          if (group.rank() == 0) {
            group.send(three(), 1, 0);
            group.send(three(), 1, 1);
            group.send(Tensor.of(new int[0]), 1, 2);
            group.send(three(), 1, 3);
            return;
          }
          assertThat(received(direct, tensor -> group.recv(tensor, 0, 0)))
              .containsExactly(1, 2, 3, -4, -5);
          assertThat(received(direct, tensor -> group.recvAnySource(tensor, 1)))
              .containsExactly(1, 2, 3, -4, -5);
          assertThat(received(direct, tensor -> group.recv(tensor, 0, 2)))
              .containsExactly(-1, -2, -3, -4, -5);
          assertThat(received(direct, tensor -> group.async().recv(tensor, 0, 3).await()))
              .containsExactly(1, 2, 3, -4, -5);
        });
  }

  /** Rank 1 of the tree forwards its whole tensor to rank 3, as Gloo does. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void broadcast_ofAShorterTensor_leavesTheRest(boolean direct) {
    Ranks.run(
        4,
        group -> {
          if (group.rank() == 0) {
            group.broadcast(three(), 0);
          } else {
            assertThat(received(direct, tensor -> group.broadcast(tensor, 0)))
                .containsExactly(1, 2, 3, -4, -5);
          }
          group.barrier();
        });
  }

  /** A number of bytes that is not a whole number of elements arrives as bytes. */
  @Test
  void recv_ofHalfAnElement_changesThoseBytes() {
    Ranks.run(
        2,
        group -> {
          if (group.rank() == 0) {
            group.send(Tensor.of(new byte[] {1, 2}), 1, 0);
          } else {
            assertThat(received(false, tensor -> group.recv(tensor, 0, 0)))
                .containsExactly((-1 & 0xffff0000) | 0x0201, -2, -3, -4, -5);
          }
        });
  }

  @Test
  void longerMessage_failsBothAndIsNamed() {
    List<ProcessGroup> world = Ranks.join(new HashStore(), 2);
    Work unused = world.get(0).async().send(three(), 1, 3);

    assertThatExceptionOfType(CollectiveException.class)
        .isThrownBy(() -> world.get(1).recv(Tensor.of(new int[2]), 0, 3))
        .withMessageContaining("sends 12 bytes where this rank expects 8");

    assertThatExceptionOfType(CollectiveException.class).isThrownBy(world.get(0)::barrier);
    world.forEach(ProcessGroup::close);
  }

  /** Fault G2: only the input for this rank must be as long as its output. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void reduceScatter_ofUnequalParts_reducesEach(boolean async) {
    Ranks.run(
        3,
        group -> {
          int rank = group.rank();
          List<Tensor> inputs =
              List.of(
                  Tensor.of(new int[] {1 + rank}),
                  Tensor.of(new int[] {10 + rank, 20}),
                  Tensor.of(new int[] {100, 200, 300 + rank}));
          int[] output = new int[rank + 1];
          if (async) {
            group.async().reduceScatter(Tensor.of(output), inputs, ReduceOp.SUM).await();
          } else {
            group.reduceScatter(Tensor.of(output), inputs, ReduceOp.SUM);
          }
          assertThat(output).isEqualTo(new int[][] {{6}, {33, 60}, {300, 600, 903}}[rank]);
        });
  }
}
