package io.muster.cli.perf;

import io.muster.collectives.ProcessGroup;
import io.muster.collectives.Tensor;
import io.muster.collectives.Work;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** The calls of one rank for one size, on direct buffers. */
final class Exchange {
  private static final int TAG = 0;
  private static final byte UNTOUCHED = -1;

  private final ProcessGroup group;
  private final Plan plan;
  private final int count;
  private final ByteBuffer input;
  private final ByteBuffer output;
  private final Runnable call;

  Exchange(ProcessGroup group, Plan plan, int count) {
    this.group = group;
    this.plan = plan;
    this.count = count;
    boolean isRoot = group.rank() == plan.root();
    this.input = allocate(plan.collective().inputParts(group.size(), isRoot));
    this.output = allocate(plan.collective().outputParts(group.size(), isRoot));
    this.call = call();
  }

  private ByteBuffer allocate(int parts) {
    int bytes = Math.toIntExact((long) parts * count * plan.type().bytes());
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private Runnable call() {
    Tensor in = Tensor.of(input, plan.type().dataType());
    Tensor out = Tensor.of(output, plan.type().dataType());
    int root = plan.root();
    return switch (plan.collective()) {
      case ALL_REDUCE -> () -> group.allReduce(in, plan.reduction().op());
      case REDUCE -> () -> group.reduce(in, root, plan.reduction().op());
      case BROADCAST -> () -> group.broadcast(in, root);
      case ALL_GATHER -> () -> group.allGather(out, in);
      case REDUCE_SCATTER -> () -> group.reduceScatter(out, in, plan.reduction().op());
      case GATHER -> {
        List<Tensor> parts = parts(output);
        yield () -> group.gather(parts, in, root);
      }
      case SCATTER -> {
        List<Tensor> parts = parts(input);
        yield () -> group.scatter(out, parts, root);
      }
      case ALL_TO_ALL -> () -> group.allToAll(out, in);
      case SEND_RECV -> () -> sendAndReceive(in, out);
      case BARRIER -> group::barrier;
    };
  }

  private List<Tensor> parts(ByteBuffer whole) {
    int bytes = count * plan.type().bytes();
    return IntStream.range(0, whole.capacity() / bytes)
        .mapToObj(part -> Tensor.of(whole.slice(part * bytes, bytes), plan.type().dataType()))
        .toList();
  }

  private void sendAndReceive(Tensor in, Tensor out) {
    int next = (group.rank() + 1) % group.size();
    int before = Math.floorMod(group.rank() - 1, group.size());
    Work received = group.async().recv(out, before, TAG);
    Work sent = group.async().send(in, next, TAG);
    received.await();
    sent.await();
  }

  /** Sets the input to what this rank sends, and the output to a pattern that no result has. */
  void fill() {
    Elements own = plan.fill().of(group.rank());
    for (int index = 0; index < input.capacity() / plan.type().bytes(); index++) {
      ByteBuffer unused = plan.type().write(input, index, own.at(index));
    }
    for (int index = 0; index < output.capacity(); index++) {
      output.put(index, UNTOUCHED);
    }
  }

  /** Calls the collective, and blocks until it is done on this rank. */
  void run() {
    call.run();
  }

  /** Compares the result of one call after {@link #fill}; empty if this rank gets no result. */
  Optional<Comparison> compare() {
    ByteBuffer result = output.capacity() == 0 ? input : output;
    return Expectation.of(plan, group.rank(), group.size(), count)
        .map(
            expected ->
                Comparison.of(
                    plan.type(), result, result.capacity() / plan.type().bytes(), expected));
  }
}
