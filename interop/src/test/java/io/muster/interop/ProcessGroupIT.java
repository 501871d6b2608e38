package io.muster.interop;

import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

import io.muster.collectives.DataType;
import io.muster.collectives.ReduceOp;
import io.muster.interop.Operation.Kind;
import io.muster.interop.Party.Order;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every collective of a world of Java's and PyTorch's ranks, compared byte for byte with a world of
 * PyTorch's ranks alone.
 */
@ExtendWith(CppPyTorch.class)
@ParameterizedClass
@ValueSource(strings = {"JP", "PJ", "JPP", "PJP", "PPJ", "JJP", "JPPP", "PJPJ", "PPPJ", "JJJP"})
@TestInstance(PER_CLASS)
@Timeout(120)
class ProcessGroupIT {
  /** None, one, some that no number of ranks divides, and some more. */
  private static final List<Integer> LENGTHS = List.of(0, 1, 5, 1001);

  @Parameter private String shape = "";
  private @Nullable World world;
  private int size;

  @BeforeParameterizedClassInvocation
  void meet() {
    world = World.mixed(shape);
    size = shape.length();
  }

  @AfterParameterizedClassInvocation
  void close() {
    world().close();
  }

  @ParameterizedTest
  @EnumSource
  void allReduce_ofEveryOperator_leavesPyTorchsBits(DataType type) {
    reduces(Kind.ALL_REDUCE, type);
  }

  @ParameterizedTest
  @EnumSource
  void reduce_ofEveryOperator_leavesPyTorchsBits(DataType type) {
    reduces(Kind.REDUCE, type);
  }

  @ParameterizedTest
  @EnumSource
  void allReduceCoalesced_ofEveryOperator_leavesPyTorchsBits(DataType type) {
    reduces(Kind.ALL_REDUCE_COALESCED, type);
  }

  @ParameterizedTest
  @EnumSource
  void reduceScatter_ofEveryOperator_leavesPyTorchsBits(DataType type) {
    reduces(Kind.REDUCE_SCATTER, type);
    reduces(Kind.REDUCE_SCATTER_TENSOR, type);
    // Fault G2.
    reduces(Kind.REDUCE_SCATTER_UNEVEN, type);
  }

  private void reduces(Kind kind, DataType type) {
    List<Operation> operations = new ArrayList<>();
    for (ReduceOp op : operators(type).toList()) {
      for (int length : LENGTHS) {
        operations.add(Operation.of(kind, type, length).op(op).root(length % size).seed(length));
      }
    }
    world().computesAsPyTorchDoes(Order.IN_TURN, operations);
  }

  /** Whether a NaN or a number comes out depends on the order, too. */
  @ParameterizedTest
  @EnumSource(names = {"FLOAT16", "BFLOAT16", "FLOAT32", "FLOAT64"})
  void allReduce_ofInfinitiesAndNotNumbers_leavesPyTorchsBits(DataType type) {
    world()
        .computesAsPyTorchDoes(
            Order.IN_TURN,
            operators(type)
                .map(op -> Operation.of(Kind.ALL_REDUCE, type, 2001).op(op).seed(-1))
                .toList());
  }

  /** The types that PyTorch has operators for. */
  private static Stream<ReduceOp> operators(DataType type) {
    return Stream.of(ReduceOp.values())
        .filter(
            op ->
                switch (op) {
                  case SUM, PRODUCT, MIN, MAX -> true;
                  case AVG -> type.isFloatingPoint();
                  case BAND, BOR, BXOR -> !type.isFloatingPoint();
                });
  }

  /** All have counted the call, so that the next one is met by all. */
  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"ALL_REDUCE", "ALL_REDUCE_COALESCED", "REDUCE", "REDUCE_SCATTER_TENSOR"})
  void operator_thatIsNotForTheType_isRefusedByAll(Kind kind) {
    world().refuses(Operation.of(kind, DataType.FLOAT32, 5).op(ReduceOp.BXOR), "Cannot use");

    world().computesAsPyTorchDoes(Operation.of(Kind.ALL_REDUCE, DataType.FLOAT32, 5));
  }

  /** They refuse it after they have made sums, so that nobody waits for anybody. */
  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {
        "ALL_REDUCE",
        "ALL_REDUCE_COALESCED",
        "REDUCE",
        "REDUCE_SCATTER",
        "REDUCE_SCATTER_TENSOR"
      })
  void average_ofIntegers_isRefusedByAll(Kind kind) {
    world()
        .refuses(
            Operation.of(kind, DataType.INT32, 5).op(ReduceOp.AVG),
            "result type Float can't be cast|Cannot use ReduceOp.AVG with elements of INT32");

    world().computesAsPyTorchDoes(Operation.of(Kind.ALL_REDUCE, DataType.FLOAT32, 5));
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {
        "ALL_REDUCE",
        "ALL_REDUCE_COALESCED",
        "REDUCE",
        "REDUCE_SCATTER",
        "REDUCE_SCATTER_TENSOR",
        "BARRIER",
        "REDUCE_SCATTER_UNEVEN",
        "MONITORED_BARRIER",
        "RECV_ANY_SOURCE",
        "RECV_ANY_SOURCE_SHORTER"
      })
  void collective_ofEveryType_movesEveryByte(Kind kind) {
    List<Operation> operations = new ArrayList<>();
    for (DataType type : DataType.values()) {
      for (int length : LENGTHS) {
        for (int root = 0; root < size; root++) {
          operations.add(Operation.of(kind, type, length).root(root).seed(length));
        }
      }
    }
    world().computesAsPyTorchDoes(Order.IN_TURN, operations);
  }

  /** Gloo cannot receive nothing from anyone. */
  @ParameterizedTest
  @ValueSource(ints = {1, 5, 1001, 300_001})
  void recvAnySource_byEachRank_receivesFromAll(int length) {
    world()
        .computesAsPyTorchDoes(
            Order.IN_TURN,
            IntStream.range(0, size)
                .mapToObj(
                    root -> Operation.of(Kind.RECV_ANY_SOURCE, DataType.FLOAT64, length).root(root))
                .toList());
  }

  /** Fault D3: what is behind a shorter message stays as it was. */
  @ParameterizedTest
  @EnumSource(names = {"BROADCAST_SHORTER", "SEND_RECV_SHORTER", "RECV_ANY_SOURCE_SHORTER"})
  void shorterMessage_intoMoreRoom_movesItsBytesOnly(Kind kind) {
    List<Operation> operations = new ArrayList<>();
    for (int length : List.of(1, 5, 1001, 300_001)) {
      for (int root = 0; root < size; root++) {
        operations.add(Operation.of(kind, DataType.FLOAT64, length).root(root));
      }
    }
    world().computesAsPyTorchDoes(Order.IN_TURN, operations);
  }

  @Test
  void barriers_betweenOthers_areMetByAll() {
    List<Operation> operations = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      operations.add(Operation.of(Kind.BARRIER, DataType.UINT8, 0));
      operations.add(Operation.of(Kind.MONITORED_BARRIER, DataType.UINT8, 0));
      operations.add(Operation.of(Kind.ALL_REDUCE, DataType.INT32, 3).seed(i));
    }
    world().computesAsPyTorchDoes(Order.IN_TURN, operations);
  }

  /** More than two segments of a mebibyte for each rank. */
  @ParameterizedTest
  @EnumSource
  void reduction_ofMebibytes_leavesPyTorchsBits(DataType type) {
    int length = size * 5 * (1 << 19) / type.bytes() + 1;
    world().computesAsPyTorchDoes(Operation.of(Kind.ALL_REDUCE, type, length));
    if (type == DataType.FLOAT32) {
      world().computesAsPyTorchDoes(Operation.of(Kind.ALL_REDUCE_COALESCED, type, length));
      world().computesAsPyTorchDoes(Operation.of(Kind.REDUCE, type, length).root(size - 1));
      world().computesAsPyTorchDoes(Operation.of(Kind.REDUCE_SCATTER, type, length / size));
      world().computesAsPyTorchDoes(Operation.of(Kind.REDUCE_SCATTER_TENSOR, type, length / size));
    }
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "BROADCAST",
        "ALL_GATHER",
        "ALL_GATHER_TENSOR",
        "GATHER",
        "SCATTER",
        "ALL_TO_ALL",
        "ALL_TO_ALL_UNEVEN",
        "SEND_RECV",
        "RECV_ANY_SOURCE"
      })
  void collective_ofMebibytes_movesEveryByte(Kind kind) {
    world().computesAsPyTorchDoes(Operation.of(kind, DataType.FLOAT32, 600_001).root(size - 1));
  }

  @Test
  void operations_inFlightAtOnce_doNotMixUp() {
    List<Operation> operations = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      operations.add(Operation.of(Kind.ALL_REDUCE, DataType.FLOAT32, 700_001).seed(i));
      operations.add(Operation.of(Kind.BROADCAST, DataType.INT64, 1001).root(i % size));
      operations.add(Operation.of(Kind.ALL_GATHER, DataType.FLOAT16, 50_001).seed(i));
      operations.add(Operation.of(Kind.SEND_RECV, DataType.FLOAT64, 30_001).root(i).seed(i));
      operations.add(Operation.of(Kind.ALL_TO_ALL, DataType.INT8, 9_999).seed(i));
      operations.add(Operation.of(Kind.REDUCE, DataType.INT32, 100_001).root(i % size));
      operations.add(Operation.of(Kind.BARRIER, DataType.UINT8, 0));
    }

    world().computesAsPyTorchDoes(Order.AT_ONCE, operations);
  }

  private World world() {
    return Objects.requireNonNull(world);
  }
}
