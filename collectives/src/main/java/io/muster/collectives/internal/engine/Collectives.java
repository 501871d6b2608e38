package io.muster.collectives.internal.engine;

import io.muster.collectives.DataType;
import io.muster.collectives.ReduceOp;
import io.muster.collectives.Tensor;
import io.muster.collectives.internal.algorithm.AllGather;
import io.muster.collectives.internal.algorithm.AllReduce;
import io.muster.collectives.internal.algorithm.AllToAll;
import io.muster.collectives.internal.algorithm.Barrier;
import io.muster.collectives.internal.algorithm.Broadcast;
import io.muster.collectives.internal.algorithm.Channel;
import io.muster.collectives.internal.algorithm.Gather;
import io.muster.collectives.internal.algorithm.Reduce;
import io.muster.collectives.internal.algorithm.Scatter;
import io.muster.collectives.internal.algorithm.Slice;
import io.muster.collectives.internal.reduce.Average;
import io.muster.collectives.internal.reduce.Reducer;
import io.muster.collectives.internal.reduce.Reducers;
import io.muster.collectives.internal.wire.Slot;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * Creates a {@link Collective} for each call: checks the arguments, takes the tags, and chooses the
 * algorithm and the memory that it runs on. Does not block.
 */
final class Collectives {
  private final GlooBackend backend;

  Collectives(GlooBackend backend) {
    this.backend = backend;
  }

  private int rank() {
    return backend.rank();
  }

  private int size() {
    return backend.size();
  }

  Collective barrier() {
    return call(
        "barrier",
        1,
        true,
        (operation, tag) -> Barrier.run(operation.channel(Slot.Kind.BARRIER, tag)));
  }

  Collective broadcast(Tensor tensor, int root) {
    backend.requireRank("root", root);
    return call(
        "broadcast",
        1,
        false,
        (operation, tag) -> {
          ByteBuffer data = rank() == root ? operation.stage(tensor) : operation.stageEmpty(tensor);
          Broadcast.run(
              operation.channel(Slot.Kind.BROADCAST, tag),
              data,
              root,
              received -> operation.keepRest(tensor, data, received));
          if (rank() != root) {
            Operation.unstage(data, tensor);
          }
        });
  }

  Collective allReduce(Tensor tensor, ReduceOp op) {
    return reduction(
        "allReduce",
        tensor.type(),
        op,
        1,
        true,
        (operation, tag, reducer) -> {
          ByteBuffer data = operation.stage(tensor);
          allReduce(operation, tag, data, reducer);
          average(tensor.type(), op, data);
          Operation.unstage(data, tensor);
        });
  }

  Collective allReduceCoalesced(List<Tensor> tensors, ReduceOp op) {
    List<Tensor> parts = List.copyOf(tensors);
    DataType type = requireSameType("tensors", parts);
    int bytes = totalBytes(parts);
    return reduction(
        "allReduceCoalesced",
        type,
        op,
        1,
        true,
        (operation, tag, reducer) -> {
          ByteBuffer all = operation.scratch(bytes);
          copyTo(all, parts);
          allReduce(operation, tag, all, reducer);
          average(type, op, all);
          normalizeBooleans(type, all);
          copyFrom(all, parts);
        });
  }

  Collective reduce(Tensor tensor, int root, ReduceOp op) {
    backend.requireRank("root", root);
    return reduction(
        "reduce",
        tensor.type(),
        op,
        1,
        false,
        (operation, tag, reducer) -> {
          ByteBuffer data = operation.stage(tensor);
          Reduce.run(operation.channel(Slot.Kind.REDUCE, tag), data, root, reducer);
          average(tensor.type(), op, data);
          Operation.unstage(data, tensor);
        });
  }

  Collective reduceScatter(Tensor output, Tensor input, ReduceOp op) {
    requireSameType("output and input", List.of(output, input));
    requireLength("input", input, (long) output.length() * size());
    return reduction(
        "reduceScatter",
        input.type(),
        op,
        1,
        true,
        (operation, tag, reducer) -> {
          ByteBuffer all = copyOf(operation, input);
          allReduce(operation, tag, all, reducer);
          ByteBuffer own = Slice.of(all, rank() * output.byteSize(), output.byteSize());
          average(output.type(), op, own);
          normalizeBooleans(output.type(), own);
          output.copyFrom(own);
        });
  }

  /** All-reduces each of the inputs, as PyTorch does. */
  Collective reduceScatter(Tensor output, List<Tensor> inputs, ReduceOp op) {
    List<Tensor> parts = requireOnePerRank("inputs", inputs);
    requireSameType("output and inputs", with(output, parts));
    // The inputs may differ in length, as with Gloo.
    requireLength("the input for this rank", parts.get(rank()), output.length());
    return reduction(
        "reduceScatter",
        output.type(),
        op,
        size(),
        true,
        (operation, tag, reducer) -> {
          for (int i = 0; i < size(); i++) {
            ByteBuffer part = copyOf(operation, parts.get(i));
            allReduce(operation, tag + i, part, reducer);
            if (i == rank()) {
              average(output.type(), op, part);
              output.copyFrom(part);
            }
          }
        });
  }

  Collective allGather(Tensor output, Tensor input) {
    requireSameType("output and input", List.of(output, input));
    requireLength("output", output, (long) input.length() * size());
    return call(
        "allGather",
        1,
        true,
        (operation, tag) -> {
          ByteBuffer all = operation.stageEmpty(output);
          AllGather.run(operation.channel(Slot.Kind.ALL_GATHER, tag), operation.stage(input), all);
          Operation.unstage(all, output);
        });
  }

  Collective allGather(List<Tensor> outputs, Tensor input) {
    List<Tensor> parts = requireOnePerRank("outputs", outputs);
    requireSameType("outputs and input", with(input, parts));
    parts.forEach(part -> requireLength("each output", part, input.length()));
    int bytes = totalBytes(parts);
    return call(
        "allGather",
        1,
        true,
        (operation, tag) -> {
          ByteBuffer all = operation.scratch(bytes);
          AllGather.run(operation.channel(Slot.Kind.ALL_GATHER, tag), operation.stage(input), all);
          copyFrom(all, parts);
        });
  }

  Collective gather(List<Tensor> outputs, Tensor input, int root) {
    backend.requireRank("root", root);
    List<Tensor> parts = onlyAt(root, "outputs", outputs);
    requireSameType("outputs and input", with(input, parts));
    parts.forEach(part -> requireLength("each output", part, input.length()));
    return call(
        "gather",
        1,
        false,
        (operation, tag) -> {
          List<ByteBuffer> staged = parts.stream().map(operation::stageEmpty).toList();
          Gather.run(
              operation.channel(Slot.Kind.GATHER, tag), operation.stage(input), staged, root);
          for (int i = 0; i < parts.size(); i++) {
            Operation.unstage(staged.get(i), parts.get(i));
          }
        });
  }

  Collective scatter(Tensor output, List<Tensor> inputs, int root) {
    backend.requireRank("root", root);
    List<Tensor> parts = onlyAt(root, "inputs", inputs);
    requireSameType("output and inputs", with(output, parts));
    parts.forEach(part -> requireLength("each input", part, output.length()));
    return call(
        "scatter",
        1,
        false,
        (operation, tag) -> {
          ByteBuffer staged = operation.stageEmpty(output);
          List<ByteBuffer> data = parts.stream().map(operation::stage).toList();
          Scatter.run(operation.channel(Slot.Kind.SCATTER, tag), staged, data, root);
          Operation.unstage(staged, output);
        });
  }

  Collective allToAll(Tensor output, Tensor input) {
    return allToAll(output, equalSplits("output", output), input, equalSplits("input", input));
  }

  Collective allToAll(
      Tensor output, List<Integer> outputSplits, Tensor input, List<Integer> inputSplits) {
    requireSameType("output and input", List.of(output, input));
    List<Integer> to = requireSplits("output", output, outputSplits);
    List<Integer> from = requireSplits("input", input, inputSplits);
    if (!to.get(rank()).equals(from.get(rank()))) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the part that stays on this rank has %d elements in the input and %d in the output",
              from.get(rank()),
              to.get(rank())));
    }
    return call(
        "allToAll",
        1,
        true,
        (operation, tag) -> {
          ByteBuffer staged = operation.stageEmpty(output);
          AllToAll.run(
              operation.channel(Slot.Kind.ALL_TO_ALL, tag),
              split(operation.stage(input), from, input.type().bytes()),
              split(staged, to, output.type().bytes()));
          Operation.unstage(staged, output);
        });
  }

  private interface Body {
    void run(Operation operation, int tag);
  }

  private interface ReducingBody {
    void run(Operation operation, int tag, Reducer reducer);
  }

  private Collective call(String method, int tags, boolean needsAllRanks, Body body) {
    backend.requireOpen();
    int tag = backend.nextTag(tags);
    return new Collective(
        backend, method, tag, needsAllRanks, operation -> body.run(operation, tag));
  }

  /** Takes the tag before it checks the operator, because PyTorch counts such a call too. */
  private Collective reduction(
      String method,
      DataType type,
      ReduceOp op,
      int tags,
      boolean needsAllRanks,
      ReducingBody body) {
    backend.requireOpen();
    int tag = backend.nextTag(tags);
    Reducer reducer = Reducers.of(type, op);
    String refusal =
        op == ReduceOp.AVG && !type.isFloatingPoint()
            ? "Cannot use ReduceOp.AVG with elements of " + type + ", only with floating-point ones"
            : null;
    return new Collective(
        backend,
        method,
        tag,
        needsAllRanks,
        operation -> body.run(operation, tag, reducer),
        refusal);
  }

  private static void allReduce(Operation operation, int tag, ByteBuffer data, Reducer reducer) {
    Channel channel = operation.channel(Slot.Kind.ALL_REDUCE, tag);
    AllReduce.run(channel, data, reducer);
  }

  private void average(DataType type, ReduceOp op, ByteBuffer data) {
    if (op == ReduceOp.AVG && type.isFloatingPoint()) {
      Average.divide(type, data, size());
    }
  }

  /**
   * Replaces booleans that are neither 0 nor 1 by 1. PyTorch does so where it copies the reduced
   * tensor, so that the sum of two true elements becomes 1.
   */
  private static void normalizeBooleans(DataType type, ByteBuffer data) {
    if (type == DataType.BOOL) {
      for (int i = data.position(); i < data.limit(); i++) {
        data.put(i, (byte) (data.get(i) == 0 ? 0 : 1));
      }
    }
  }

  private List<Tensor> requireOnePerRank(String what, List<Tensor> tensors) {
    if (tensors.size() != size()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s must have one tensor per rank, %d, not %d",
              what,
              size(),
              tensors.size()));
    }
    return List.copyOf(tensors);
  }

  private List<Tensor> onlyAt(int root, String what, List<Tensor> tensors) {
    if (rank() == root) {
      return requireOnePerRank(what, tensors);
    }
    if (!tensors.isEmpty()) {
      throw new IllegalArgumentException(what + " must be empty on ranks other than the root");
    }
    return List.of();
  }

  private static DataType requireSameType(String what, List<Tensor> tensors) {
    if (tensors.isEmpty()) {
      throw new IllegalArgumentException(what + " must not be empty");
    }
    List<DataType> types = tensors.stream().map(Tensor::type).distinct().toList();
    if (types.size() > 1) {
      throw new IllegalArgumentException(what + " must be of one type, not of " + types);
    }
    return types.get(0);
  }

  private static void requireLength(String what, Tensor tensor, long length) {
    if (tensor.length() != length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "%s must have %d elements, not %d", what, length, tensor.length()));
    }
  }

  private List<Integer> equalSplits(String what, Tensor tensor) {
    if (tensor.length() % size() != 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%d elements of %s cannot be split equally among %d ranks",
              tensor.length(),
              what,
              size()));
    }
    return Collections.nCopies(size(), tensor.length() / size());
  }

  private List<Integer> requireSplits(String what, Tensor tensor, List<Integer> splits) {
    long sum = splits.stream().mapToLong(Integer::longValue).sum();
    if (splits.size() != size()
        || splits.stream().anyMatch(split -> split < 0)
        || sum != tensor.length()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s splits must be one per rank, %d, and add up to %d, not %s",
              what,
              size(),
              tensor.length(),
              splits));
    }
    return List.copyOf(splits);
  }

  private static List<Tensor> with(Tensor first, List<Tensor> others) {
    List<Tensor> all = new ArrayList<>(others);
    all.add(0, first);
    return all;
  }

  private static int totalBytes(List<Tensor> tensors) {
    long bytes = tensors.stream().mapToLong(Tensor::byteSize).sum();
    if (bytes > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "the tensors have " + bytes + " bytes in all; the maximum is 2 GiB");
    }
    return (int) bytes;
  }

  private static List<ByteBuffer> split(ByteBuffer buffer, List<Integer> lengths, int unit) {
    List<ByteBuffer> parts = new ArrayList<>(lengths.size());
    int offset = 0;
    for (int length : lengths) {
      parts.add(Slice.of(buffer, offset, length * unit));
      offset += length * unit;
    }
    return parts;
  }

  /** Scratch memory that holds a copy of the elements of a tensor. */
  private static ByteBuffer copyOf(Operation operation, Tensor tensor) {
    ByteBuffer copy = operation.scratch(tensor.byteSize());
    tensor.copyTo(copy);
    return copy;
  }

  private static void copyTo(ByteBuffer target, List<Tensor> tensors) {
    int offset = 0;
    for (Tensor tensor : tensors) {
      tensor.copyTo(Slice.of(target, offset, tensor.byteSize()));
      offset += tensor.byteSize();
    }
  }

  private static void copyFrom(ByteBuffer source, List<Tensor> tensors) {
    int offset = 0;
    for (Tensor tensor : tensors) {
      tensor.copyFrom(Slice.of(source, offset, tensor.byteSize()));
      offset += tensor.byteSize();
    }
  }
}
