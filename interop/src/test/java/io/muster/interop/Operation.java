package io.muster.interop;

import io.muster.collectives.DataType;
import io.muster.collectives.ReduceOp;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Something that all ranks of a group do together, written as a line. Every rank finds its own part
 * by this alone.
 *
 * @param length the elements of a tensor, or of one of the blocks that a tensor consists of
 * @param root the rank that is special, or the tag of a message
 * @param seed of the {@link Values}
 */
record Operation(Kind kind, DataType type, ReduceOp op, int length, int root, long seed) {
  /** The tag of messages to a root. */
  static final int TAG = 5;

  enum Kind {
    BROADCAST,
    ALL_REDUCE,
    ALL_REDUCE_COALESCED,
    REDUCE,
    ALL_GATHER,
    ALL_GATHER_TENSOR,
    GATHER,
    SCATTER,
    REDUCE_SCATTER,
    REDUCE_SCATTER_TENSOR,
    /** Parts of as many blocks as the rank has that each is for, and one more. */
    REDUCE_SCATTER_UNEVEN,
    ALL_TO_ALL,
    /** From each rank to each other another number of blocks, none for some. */
    ALL_TO_ALL_UNEVEN,
    BARRIER,
    MONITORED_BARRIER,
    /** From each rank to the next one. */
    SEND_RECV,
    /** From all ranks to the root, which does not say from whom it receives. */
    RECV_ANY_SOURCE,
    /** A broadcast to ranks whose tensors have more room, and something in it. */
    BROADCAST_SHORTER,
    /** From each rank to the next one, which has more room, and something in it. */
    SEND_RECV_SHORTER,
    /** As RECV_ANY_SOURCE, into more room. */
    RECV_ANY_SOURCE_SHORTER
  }

  static Operation of(Kind kind, DataType type, int length) {
    return new Operation(kind, type, ReduceOp.SUM, length, 0, 1);
  }

  Operation op(ReduceOp other) {
    return new Operation(kind, type, other, length, root, seed);
  }

  Operation root(int other) {
    return new Operation(kind, type, op, length, other, seed);
  }

  Operation seed(long other) {
    return new Operation(kind, type, op, length, root, other);
  }

  static Operation parse(String line) {
    String[] words = line.split(" ", -1);
    return new Operation(
        Kind.valueOf(words[0]),
        DataType.valueOf(words[1]),
        ReduceOp.valueOf(words[2]),
        Integer.parseInt(words[3]),
        Integer.parseInt(words[4]),
        Long.parseLong(words[5]));
  }

  /** A tensor that a rank brings along. */
  ByteBuffer input(int rank) {
    return Values.of(type, length, seed, rank);
  }

  /** A tensor of several blocks that a rank brings along. */
  ByteBuffer input(int rank, int blocks) {
    return Values.of(type, blocks * length, seed, rank);
  }

  /** Several tensors that a rank brings along. */
  List<ByteBuffer> inputs(int rank, int size) {
    return IntStream.range(0, size)
        .mapToObj(i -> Values.of(type, length, seed + 1000L * i, rank))
        .toList();
  }

  /** Parts of several lengths that a rank brings along, one for each rank. */
  List<ByteBuffer> unevenInputs(int rank, int size) {
    return IntStream.range(0, size)
        .mapToObj(i -> Values.of(type, (1 + i) * length, seed + 1000L * i, rank))
        .toList();
  }

  /** Room for more than {@link #input} has, with something in it. */
  ByteBuffer roomier(int rank) {
    return Values.of(type, length + 3, seed + 77, rank);
  }

  /** Where the root puts a message from anyone. */
  ByteBuffer roomOf(int rank) {
    return kind == Kind.RECV_ANY_SOURCE_SHORTER ? roomier(rank) : output(1);
  }

  /** Tensors of several lengths, to be reduced as one. */
  List<ByteBuffer> coalesced(int rank) {
    return List.of(
        Values.of(type, length, seed, rank),
        Values.of(type, 1, seed + 1, rank),
        Values.of(type, length / 2, seed + 2, rank));
  }

  ByteBuffer output(int blocks) {
    return Values.room(type, blocks * length);
  }

  List<ByteBuffer> outputs(int size) {
    return IntStream.range(0, size).mapToObj(i -> output(1)).toList();
  }

  /** How many elements go from one rank to another when splits are uneven. */
  int split(int from, int to) {
    return (from + 2 * to) % 3 * length;
  }

  ByteBuffer unevenInput(int rank, int size) {
    return Values.of(type, sum(inputSplits(rank, size)), seed, rank);
  }

  ByteBuffer unevenOutput(int rank, int size) {
    return Values.room(type, sum(outputSplits(rank, size)));
  }

  private static int sum(List<Integer> splits) {
    return splits.stream().mapToInt(Integer::intValue).sum();
  }

  List<Integer> inputSplits(int rank, int size) {
    return IntStream.range(0, size).mapToObj(to -> split(rank, to)).toList();
  }

  List<Integer> outputSplits(int rank, int size) {
    return IntStream.range(0, size).mapToObj(from -> split(from, rank)).toList();
  }

  @Override
  public String toString() {
    return "%s %s %s %d %d %d".formatted(kind, type, op, length, root, seed);
  }
}
