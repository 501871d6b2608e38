package io.muster.collectives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The result of each collective, in worlds of Muster ranks only. */
class ProcessGroupTest {
  private static final int ELEMENTS = 1000;

  /** The element at an index of a rank's tensor. */
  private static int element(int rank, int place) {
    return 1000 * rank + place;
  }

  private static int[] elements(int rank, int from, int length) {
    return IntStream.range(from, from + length).map(i -> element(rank, i)).toArray();
  }

  private static int sum(int size, int place) {
    return IntStream.range(0, size).map(rank -> element(rank, place)).sum();
  }

  private static int[] sums(int size, int from, int length) {
    return IntStream.range(from, from + length).map(i -> sum(size, i)).toArray();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 8})
  void everyCollective_ofArrays(int size) {
    Ranks.run(
        size,
        group -> {
          int rank = group.rank();
          int root = size - 1;
          int[] data = elements(rank, 0, ELEMENTS);
          group.allReduce(Tensor.of(data), ReduceOp.SUM);
          assertThat(data).isEqualTo(sums(size, 0, ELEMENTS));

          data = elements(rank, 0, ELEMENTS);
          group.broadcast(Tensor.of(data), root);
          assertThat(data).isEqualTo(elements(root, 0, ELEMENTS));

          data = elements(rank, 0, ELEMENTS);
          group.reduce(Tensor.of(data), root, ReduceOp.SUM);
          if (rank == root) {
            assertThat(data).isEqualTo(sums(size, 0, ELEMENTS));
          }

          int[] all = new int[size * ELEMENTS];
          group.allGather(Tensor.of(all), Tensor.of(elements(rank, 0, ELEMENTS)));
          for (int r = 0; r < size; r++) {
            assertThat(Arrays.copyOfRange(all, r * ELEMENTS, (r + 1) * ELEMENTS))
                .isEqualTo(elements(r, 0, ELEMENTS));
          }

          List<int[]> parts = new ArrayList<>();
          for (int r = 0; r < size; r++) {
            parts.add(new int[ELEMENTS]);
          }
          List<Tensor> places = parts.stream().map(Tensor::of).toList();
          group.allGather(places, Tensor.of(elements(rank, 5, ELEMENTS)));
          for (int r = 0; r < size; r++) {
            assertThat(parts.get(r)).isEqualTo(elements(r, 5, ELEMENTS));
          }

          group.gather(
              rank == root ? places : List.of(), Tensor.of(elements(rank, 7, ELEMENTS)), root);
          if (rank == root) {
            for (int r = 0; r < size; r++) {
              assertThat(parts.get(r)).isEqualTo(elements(r, 7, ELEMENTS));
            }
          }

          data = new int[ELEMENTS];
          List<Tensor> scattered =
              IntStream.range(0, size)
                  .mapToObj(r -> Tensor.of(elements(root, r, ELEMENTS)))
                  .toList();
          group.scatter(Tensor.of(data), rank == root ? scattered : List.of(), root);
          assertThat(data).isEqualTo(elements(root, rank, ELEMENTS));

          data = new int[ELEMENTS];
          group.reduceScatter(
              Tensor.of(data), Tensor.of(elements(rank, 0, size * ELEMENTS)), ReduceOp.SUM);
          assertThat(data).isEqualTo(sums(size, rank * ELEMENTS, ELEMENTS));

          data = new int[ELEMENTS];
          group.reduceScatter(
              Tensor.of(data),
              IntStream.range(0, size)
                  .mapToObj(r -> Tensor.of(elements(rank, r, ELEMENTS)))
                  .toList(),
              ReduceOp.SUM);
          assertThat(data).isEqualTo(sums(size, rank, ELEMENTS));

          all = new int[size * ELEMENTS];
          group.allToAll(Tensor.of(all), Tensor.of(elements(rank, 0, size * ELEMENTS)));
          for (int r = 0; r < size; r++) {
            assertThat(Arrays.copyOfRange(all, r * ELEMENTS, (r + 1) * ELEMENTS))
                .isEqualTo(elements(r, rank * ELEMENTS, ELEMENTS));
          }
          group.barrier();
          group.monitoredBarrier(Ranks.TIMEOUT);
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void allReduce_ofBuffersOfSeveralMebibytes_isTheSumOnAllRanks(int size) {
    int length = (5 << 20) + 3;
    List<Long> checksums =
        Ranks.call(
            size,
            group -> {
              ByteBuffer buffer =
                  ByteBuffer.allocateDirect(4 * length).order(ByteOrder.LITTLE_ENDIAN);
              for (int i = 0; i < length; i++) {
                buffer.putInt(4 * i, element(group.rank(), i));
              }
              group.allReduce(Tensor.of(buffer, DataType.INT32), ReduceOp.SUM);
              long wrong = 0;
              for (int i = 0; i < length; i++) {
                wrong += buffer.getInt(4 * i) == sum(size, i) ? 0 : 1;
              }
              return wrong;
            });
    assertThat(checksums).containsOnly(0L);
  }

  /** As in PyTorch, booleans become 0 or 1 only where the reduced tensor is copied. */
  @Test
  void sum_ofBooleans_isMoreThanOneUnlessItIsCopied() {
    Ranks.run(
        2,
        group -> {
          Tensor inPlace = booleans();
          group.allReduce(inPlace, ReduceOp.SUM);
          assertThat(bytes(inPlace)).containsExactly(0, 2);

          Tensor coalesced = booleans();
          group.allReduceCoalesced(List.of(coalesced), ReduceOp.SUM);
          assertThat(bytes(coalesced)).containsExactly(0, 1);

          Tensor chunk = Tensor.of(ByteBuffer.allocateDirect(1), DataType.BOOL);
          group.reduceScatter(chunk, booleans(), ReduceOp.SUM);
          assertThat(bytes(chunk)).containsExactly(group.rank());
        });
  }

  private static Tensor booleans() {
    return Tensor.of(ByteBuffer.allocateDirect(2).put(1, (byte) 1), DataType.BOOL);
  }

  private static byte[] bytes(Tensor direct) {
    byte[] bytes = new byte[direct.length()];
    direct.copyTo(ByteBuffer.wrap(bytes));
    return bytes;
  }

  @Test
  void averageOfIntegers_isRefusedOnceThereAreSums() {
    Ranks.run(
        2,
        group -> {
          int[] data = {group.rank(), 5};
          assertThatThrownBy(() -> group.allReduce(Tensor.of(data), ReduceOp.AVG))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("AVG with elements of INT32");
          assertThat(group.async().allReduce(Tensor.of(data), ReduceOp.AVG).stage())
              .failsWithin(Ranks.TIMEOUT)
              .withThrowableOfType(ExecutionException.class)
              .withCauseInstanceOf(IllegalArgumentException.class);

          group.allReduce(Tensor.of(data), ReduceOp.SUM);

          assertThat(data).containsExactly(4, 40);
        });
  }
}
