package io.muster.collectives;

import io.muster.collectives.internal.algorithm.AllGather;
import io.muster.collectives.internal.algorithm.AllReduce;
import io.muster.collectives.internal.algorithm.AllToAll;
import io.muster.collectives.internal.algorithm.Barrier;
import io.muster.collectives.internal.algorithm.Broadcast;
import io.muster.collectives.internal.algorithm.Channel;
import io.muster.collectives.internal.algorithm.Gather;
import io.muster.collectives.internal.algorithm.Reduce;
import io.muster.collectives.internal.algorithm.Scatter;
import io.muster.collectives.internal.reduce.Average;
import io.muster.collectives.internal.reduce.Reducer;
import io.muster.collectives.internal.reduce.Reducers;
import io.muster.collectives.internal.wire.Slot;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Makes calls of collectives: checks the arguments, takes the tags, and says what algorithm runs on
 * what memory. Nothing here blocks.
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

  CollectiveCall barrier() {
    return call("barrier", 1, true, (run, tag) -> Barrier.run(run.channel(Slot.Kind.BARRIER, tag)));
  }

  CollectiveCall broadcast(Tensor tensor, int root) {
    backend.requireRank("root", root);
    return call(
        "broadcast",
        1,
        false,
        (run, tag) -> {
          ByteBuffer data = rank() == root ? run.load(tensor) : run.place(tensor);
          Broadcast.run(
              run.channel(Slot.Kind.BROADCAST, tag),
              data,
              root,
              received -> run.keepRest(tensor, data, received));
          if (rank() != root) {
            tensor.store(data);
          }
        });
  }

  CollectiveCall allReduce(Tensor tensor, ReduceOp op) {
    return reduction(
        "allReduce",
        tensor.type(),
        op,
        1,
        (run, tag, reducer) -> {
          ByteBuffer data = run.load(tensor);
          allReduce(run, tag, data, reducer);
          average(tensor.type(), op, data);
          tensor.store(data);
        });
  }

  CollectiveCall allReduceCoalesced(List<Tensor> tensors, ReduceOp op) {
    List<Tensor> parts = List.copyOf(tensors);
    DataType type = requireSameType("tensors", parts);
    int bytes = totalBytes(parts);
    return reduction(
        "allReduceCoalesced",
        type,
        op,
        1,
        (run, tag, reducer) -> {
          ByteBuffer all = run.scratch(bytes);
          copyIn(run, parts, all);
          allReduce(run, tag, all, reducer);
          average(type, op, all);
          beTruths(type, all);
          copyOut(run, all, parts);
        });
  }

  CollectiveCall reduce(Tensor tensor, int root, ReduceOp op) {
    backend.requireRank("root", root);
    return reduction(
        "reduce",
        tensor.type(),
        op,
        1,
        (run, tag, reducer) -> {
          ByteBuffer data = run.load(tensor);
          Reduce.run(run.channel(Slot.Kind.REDUCE, tag), data, root, reducer);
          average(tensor.type(), op, data);
          tensor.store(data);
        });
  }

  CollectiveCall reduceScatter(Tensor output, Tensor input, ReduceOp op) {
    requireSameType("output and input", List.of(output, input));
    requireLength("input", input, (long) output.length() * size());
    return reduction(
        "reduceScatter",
        input.type(),
        op,
        1,
        (run, tag, reducer) -> {
          ByteBuffer all = copyOf(run, input);
          allReduce(run, tag, all, reducer);
          ByteBuffer own = slice(all, rank() * output.bytes(), output.bytes());
          average(output.type(), op, own);
          beTruths(output.type(), own);
          copy(run, own, output);
        });
  }

  /** As PyTorch does it, an all-reduce of each of the inputs. */
  CollectiveCall reduceScatter(Tensor output, List<Tensor> inputs, ReduceOp op) {
    List<Tensor> parts = requireOneARank("inputs", inputs);
    requireSameType("output and inputs", with(output, parts));
    // As Gloo, whose parts may differ: all ranks reduce each part, and each keeps its own.
    requireLength("the input for this rank", parts.get(rank()), output.length());
    return reduction(
        "reduceScatter",
        output.type(),
        op,
        size(),
        (run, tag, reducer) -> {
          for (int i = 0; i < size(); i++) {
            ByteBuffer part = copyOf(run, parts.get(i));
            allReduce(run, tag + i, part, reducer);
            if (i == rank()) {
              average(output.type(), op, part);
              copy(run, part, output);
            }
          }
        });
  }

  CollectiveCall allGather(Tensor output, Tensor input) {
    requireSameType("output and input", List.of(output, input));
    requireLength("output", output, (long) input.length() * size());
    return call(
        "allGather",
        1,
        true,
        (run, tag) -> {
          ByteBuffer all = run.place(output);
          AllGather.run(run.channel(Slot.Kind.ALL_GATHER, tag), run.load(input), all);
          output.store(all);
        });
  }

  CollectiveCall allGather(List<Tensor> outputs, Tensor input) {
    List<Tensor> parts = requireOneARank("outputs", outputs);
    requireSameType("outputs and input", with(input, parts));
    parts.forEach(part -> requireLength("each output", part, input.length()));
    int bytes = totalBytes(parts);
    return call(
        "allGather",
        1,
        true,
        (run, tag) -> {
          ByteBuffer all = run.scratch(bytes);
          AllGather.run(run.channel(Slot.Kind.ALL_GATHER, tag), run.load(input), all);
          copyOut(run, all, parts);
        });
  }

  CollectiveCall gather(List<Tensor> outputs, Tensor input, int root) {
    backend.requireRank("root", root);
    List<Tensor> parts = onlyAt(root, "outputs", outputs);
    requireSameType("outputs and input", with(input, parts));
    parts.forEach(part -> requireLength("each output", part, input.length()));
    return call(
        "gather",
        1,
        false,
        (run, tag) -> {
          List<ByteBuffer> places = parts.stream().map(run::place).toList();
          Gather.run(run.channel(Slot.Kind.GATHER, tag), run.load(input), places, root);
          store(parts, places);
        });
  }

  CollectiveCall scatter(Tensor output, List<Tensor> inputs, int root) {
    backend.requireRank("root", root);
    List<Tensor> parts = onlyAt(root, "inputs", inputs);
    requireSameType("output and inputs", with(output, parts));
    parts.forEach(part -> requireLength("each input", part, output.length()));
    return call(
        "scatter",
        1,
        false,
        (run, tag) -> {
          ByteBuffer place = run.place(output);
          List<ByteBuffer> data = parts.stream().map(run::load).toList();
          Scatter.run(run.channel(Slot.Kind.SCATTER, tag), place, data, root);
          output.store(place);
        });
  }

  CollectiveCall allToAll(Tensor output, Tensor input) {
    return allToAll(output, equalSplits("output", output), input, equalSplits("input", input));
  }

  CollectiveCall allToAll(
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
        (run, tag) -> {
          ByteBuffer place = run.place(output);
          AllToAll.run(
              run.channel(Slot.Kind.ALL_TO_ALL, tag),
              split(run.load(input), from, input.type().bytes()),
              split(place, to, output.type().bytes()));
          output.store(place);
        });
  }

  private interface Body {
    void on(OperationContext run, int tag);
  }

  private interface ReducingBody {
    void on(OperationContext run, int tag, Reducer reducer);
  }

  private CollectiveCall call(String operation, int tags, boolean needsEveryone, Body body) {
    backend.requireOpen();
    int tag = backend.nextTag(tags);
    return new CollectiveCall(backend, operation, tag, needsEveryone, run -> body.on(run, tag));
  }

  /** The operator is checked last: PyTorch has counted a call by the time that it refuses that. */
  private CollectiveCall reduction(
      String operation, DataType type, ReduceOp op, int tags, ReducingBody body) {
    backend.requireOpen();
    int tag = backend.nextTag(tags);
    Reducer reducer = Reducers.of(type, op);
    boolean needsEveryone = !operation.equals("reduce");
    String objection =
        op == ReduceOp.AVG && !type.isFloatingPoint()
            ? "Cannot use ReduceOp.AVG with elements of " + type + ", only with floating-point ones"
            : null;
    return new CollectiveCall(
        backend, operation, tag, needsEveryone, run -> body.on(run, tag, reducer), objection);
  }

  private static void allReduce(OperationContext run, int tag, ByteBuffer data, Reducer reducer) {
    Channel channel = run.channel(Slot.Kind.ALL_REDUCE, tag);
    AllReduce.run(channel, data, reducer);
  }

  private void average(DataType type, ReduceOp op, ByteBuffer data) {
    if (op == ReduceOp.AVG && type.isFloatingPoint()) {
      Average.divide(type, data, size());
    }
  }

  /**
   * Leaves no booleans but 0 and 1. Where PyTorch copies the tensor that it has reduced, its sum of
   * two that are true becomes 1.
   */
  private static void beTruths(DataType type, ByteBuffer data) {
    if (type == DataType.BOOL) {
      for (int i = data.position(); i < data.limit(); i++) {
        data.put(i, (byte) (data.get(i) == 0 ? 0 : 1));
      }
    }
  }

  private List<Tensor> requireOneARank(String what, List<Tensor> tensors) {
    if (tensors.size() != size()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "%s must be one a rank, %d, not %d", what, size(), tensors.size()));
    }
    return List.copyOf(tensors);
  }

  private List<Tensor> onlyAt(int root, String what, List<Tensor> tensors) {
    if (rank() == root) {
      return requireOneARank(what, tensors);
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
    return java.util.Collections.nCopies(size(), tensor.length() / size());
  }

  private List<Integer> requireSplits(String what, Tensor tensor, List<Integer> splits) {
    long sum = splits.stream().mapToLong(Integer::longValue).sum();
    if (splits.size() != size()
        || splits.stream().anyMatch(split -> split < 0)
        || sum != tensor.length()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s splits must be one a rank, %d, and add up to %d, not %s",
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
    long bytes = tensors.stream().mapToLong(Tensor::bytes).sum();
    if (bytes > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("the tensors have " + bytes + " bytes; 2 GiB is the most");
    }
    return (int) bytes;
  }

  private static ByteBuffer slice(ByteBuffer buffer, int offset, int bytes) {
    return buffer.slice(buffer.position() + offset, bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static List<ByteBuffer> split(ByteBuffer buffer, List<Integer> lengths, int unit) {
    List<ByteBuffer> parts = new ArrayList<>(lengths.size());
    int offset = 0;
    for (int length : lengths) {
      parts.add(slice(buffer, offset, length * unit));
      offset += length * unit;
    }
    return parts;
  }

  /** Memory of the run with the elements of a tensor, which the run may overwrite. */
  private static ByteBuffer copyOf(OperationContext run, Tensor tensor) {
    ByteBuffer copy = run.scratch(tensor.bytes());
    copyIn(run, List.of(tensor), copy);
    return copy;
  }

  private static void copyIn(OperationContext run, List<Tensor> from, ByteBuffer to) {
    int offset = 0;
    for (Tensor tensor : from) {
      ByteBuffer part = slice(to, offset, tensor.bytes());
      if (tensor.isDirect()) {
        part.put(run.load(tensor));
      } else {
        tensor.load(part);
      }
      offset += tensor.bytes();
    }
  }

  private static void copyOut(OperationContext run, ByteBuffer from, List<Tensor> to) {
    int offset = 0;
    for (Tensor tensor : to) {
      copy(run, slice(from, offset, tensor.bytes()), tensor);
      offset += tensor.bytes();
    }
  }

  private static void copy(OperationContext run, ByteBuffer from, Tensor to) {
    if (to.isDirect()) {
      run.place(to).put(from.duplicate());
    } else {
      to.store(from);
    }
  }

  private static void store(List<Tensor> tensors, List<ByteBuffer> places) {
    for (int i = 0; i < tensors.size(); i++) {
      tensors.get(i).store(places.get(i));
    }
  }
}
