package io.muster.collectives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Arguments that are refused before anything is sent, so that the group stays usable. */
class CollectiveArgumentsTest {
  private static Tensor ints(int length) {
    return Tensor.of(new int[length]);
  }

  private static Tensor floats(int length) {
    return Tensor.of(new float[length]);
  }

  private static List<Tensor> intsOfTwo() {
    return List.of(ints(2), ints(2));
  }

  /** A call on a rank of a world of two. */
  private record Refused(
      String what,
      Class<? extends RuntimeException> type,
      String message,
      Consumer<ProcessGroup> call) {
    @Override
    public String toString() {
      return what;
    }
  }

  static Stream<Refused> refusedCalls() {
    return Stream.of(
        new Refused(
            "broadcast from nobody",
            IndexOutOfBoundsException.class,
            "root must be a rank of the group, 0 to 1, not 2",
            group -> group.broadcast(ints(1), 2)),
        new Refused(
            "reduce to nobody",
            IndexOutOfBoundsException.class,
            "root must be a rank of the group, 0 to 1, not -1",
            group -> group.reduce(ints(1), -1, ReduceOp.SUM)),
        new Refused(
            "bits of floats",
            IllegalArgumentException.class,
            "BXOR",
            group -> group.allReduce(floats(1), ReduceOp.BXOR)),
        new Refused(
            "nothing to coalesce",
            IllegalArgumentException.class,
            "must not be empty",
            group -> group.allReduceCoalesced(List.of(), ReduceOp.SUM)),
        new Refused(
            "coalesced of two types",
            IllegalArgumentException.class,
            "one type, not of [INT32, FLOAT32]",
            group -> group.allReduceCoalesced(List.of(ints(1), floats(1)), ReduceOp.SUM)),
        new Refused(
            "gathered into too few",
            IllegalArgumentException.class,
            "must have one tensor per rank, 2, not 1",
            group -> group.allGather(List.of(ints(2)), ints(2))),
        new Refused(
            "gathered into too short",
            IllegalArgumentException.class,
            "must have 4 elements, not 3",
            group -> group.allGather(ints(3), ints(2))),
        new Refused(
            "gathered into another type",
            IllegalArgumentException.class,
            "one type",
            group -> group.allGather(floats(4), ints(2))),
        new Refused(
            "outputs where none is gathered",
            IllegalArgumentException.class,
            "must be empty on ranks other than the root",
            group -> group.gather(intsOfTwo(), ints(2), 1 - group.rank())),
        new Refused(
            "gathered without outputs",
            IllegalArgumentException.class,
            "must have one tensor per rank, 2, not 0",
            group -> group.gather(List.of(), ints(2), group.rank())),
        new Refused(
            "inputs where none is scattered",
            IllegalArgumentException.class,
            "must be empty on ranks other than the root",
            group -> group.scatter(ints(2), intsOfTwo(), 1 - group.rank())),
        new Refused(
            "scattered of another length",
            IllegalArgumentException.class,
            "elements",
            group -> group.scatter(ints(3), intsOfTwo(), group.rank())),
        new Refused(
            "scattered sum of another length",
            IllegalArgumentException.class,
            "must have 4 elements, not 5",
            group -> group.reduceScatter(ints(2), ints(5), ReduceOp.SUM)),
        new Refused(
            "a part for this rank that does not fit its output",
            IllegalArgumentException.class,
            "the input for this rank must have 2 elements, not 1",
            group ->
                group.reduceScatter(
                    ints(2),
                    List.of(ints(1 + group.rank()), ints(2 - group.rank())),
                    ReduceOp.SUM)),
        new Refused(
            "unequal parts",
            IllegalArgumentException.class,
            "3 elements of output cannot be split equally among 2 ranks",
            group -> group.allToAll(ints(3), ints(4))),
        new Refused(
            "splits of another sum",
            IllegalArgumentException.class,
            "input splits must be one per rank, 2, and add up to 4, not [2, 3]",
            group -> group.allToAll(ints(4), List.of(2, 2), ints(4), List.of(2, 3))),
        new Refused(
            "split below zero",
            IllegalArgumentException.class,
            "output splits",
            group -> group.allToAll(ints(4), List.of(5, -1), ints(4), List.of(2, 2))),
        new Refused(
            "its own part of two lengths",
            IllegalArgumentException.class,
            "the part that stays on this rank",
            group -> group.allToAll(ints(4), List.of(1, 3), ints(4), List.of(3, 1))),
        new Refused(
            "sent to nobody",
            IndexOutOfBoundsException.class,
            "destination must be a rank of the group, 0 to 1, not 2",
            group -> group.send(ints(1), 2, 0)),
        new Refused(
            "received from nobody",
            IndexOutOfBoundsException.class,
            "source must be a rank of the group, 0 to 1, not -1",
            group -> group.recv(ints(1), -1, 0)),
        new Refused(
            "sent to itself",
            IllegalArgumentException.class,
            "itself",
            group -> group.send(ints(1), group.rank(), 0)),
        new Refused(
            "tag below zero",
            IllegalArgumentException.class,
            "tag must not be negative but was -7",
            group -> group.recvAnySource(ints(1), -7)));
  }

  @ParameterizedTest
  @MethodSource("refusedCalls")
  void aWrongArgument_isRefusedByName_andTheGroupGoesOn(Refused refused) {
    Ranks.run(
        2,
        group -> {
          assertThatExceptionOfType(refused.type())
              .isThrownBy(() -> refused.call().accept(group))
              .withMessageContaining(refused.message());

          int[] sum = {group.rank() + 1};
          group.allReduce(Tensor.of(sum), ReduceOp.SUM);
          assertThat(sum).containsExactly(3);
        });
  }

  /** Memory that cannot be a tensor. */
  private record NoTensor(String what, Class<? extends RuntimeException> type, Runnable making) {
    @Override
    public String toString() {
      return what;
    }
  }

  static Stream<NoTensor> noTensors() {
    return Stream.of(
        new NoTensor(
            "offset below zero",
            IndexOutOfBoundsException.class,
            () -> Tensor.of(new float[4], -1, 2)),
        new NoTensor(
            "beyond the end", IndexOutOfBoundsException.class, () -> Tensor.of(new long[4], 3, 2)),
        new NoTensor(
            "length below zero",
            IndexOutOfBoundsException.class,
            () -> Tensor.of(new boolean[4], 1, -1)),
        new NoTensor(
            "on the heap",
            IllegalArgumentException.class,
            () -> Tensor.of(ByteBuffer.allocate(8), DataType.INT32)),
        new NoTensor(
            "read only",
            IllegalArgumentException.class,
            () -> Tensor.of(ByteBuffer.allocateDirect(8).asReadOnlyBuffer(), DataType.INT32)),
        new NoTensor(
            "part of an element",
            IllegalArgumentException.class,
            () ->
                Tensor.of(
                    ByteBuffer.allocateDirect(10).order(ByteOrder.LITTLE_ENDIAN), DataType.INT32)));
  }

  @ParameterizedTest
  @MethodSource("noTensors")
  void memoryThatIsNoTensors_isRefused(NoTensor refused) {
    assertThatExceptionOfType(refused.type()).isThrownBy(refused.making()::run);
  }

  @Test
  void aTensorOfNothing_isOne() {
    Ranks.run(2, group -> group.allReduce(Tensor.of(new double[3], 3, 0), ReduceOp.SUM));
  }
}
