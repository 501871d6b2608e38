package io.muster.interop;

import io.muster.collectives.DataType;
import io.muster.collectives.ReduceOp;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.AllToAllOptions;
import org.bytedeco.pytorch.AllgatherOptions;
import org.bytedeco.pytorch.AllreduceCoalescedOptions;
import org.bytedeco.pytorch.AllreduceOptions;
import org.bytedeco.pytorch.BarrierOptions;
import org.bytedeco.pytorch.BroadcastOptions;
import org.bytedeco.pytorch.GatherOptions;
import org.bytedeco.pytorch.GlooDeviceVector;
import org.bytedeco.pytorch.LongVector;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.ReduceOp.RedOpType;
import org.bytedeco.pytorch.ReduceOptions;
import org.bytedeco.pytorch.ReduceScatterOptions;
import org.bytedeco.pytorch.ScatterOptions;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A rank that is PyTorch's own {@code ProcessGroupGloo}. */
final class GlooRank implements Rank {
  private final ProcessGroupGloo group;
  private final int rank;
  private final int size;

  /** Meets the other ranks. */
  GlooRank(Store store, int rank, int size, World.Mode mode) {
    this.rank = rank;
    this.size = size;
    ProcessGroupGloo.Options options =
        ProcessGroupGloo.Options.create(new Milliseconds(World.TIMEOUT.toMillis()));
    GlooDeviceVector devices = new GlooDeviceVector();
    for (int i = 0; i < (mode == World.Mode.TWO_DEVICES ? 2 : 1); i++) {
      devices.push_back(
          ProcessGroupGloo.createDeviceForHostname("127.0.0.1", mode == World.Mode.LAZY));
    }
    options.devices(devices);
    group = new ProcessGroupGloo(store, rank, size, options);
  }

  @Override
  public Running start(Operation operation) {
    ReduceOp op = operation.op();
    int root = operation.root();
    return switch (operation.kind()) {
      case BROADCAST -> {
        ByteBuffer data = operation.input(rank);
        yield after(
            group.broadcast(
                vector(operation, data), new BroadcastOptions().rootRank(root).rootTensor(0)),
            data);
      }
      case ALL_REDUCE -> {
        ByteBuffer data = operation.input(rank);
        yield after(
            group.allreduce(vector(operation, data), new AllreduceOptions().reduceOp(operator(op))),
            data);
      }
      case ALL_REDUCE_COALESCED -> {
        List<ByteBuffer> data = operation.coalesced(rank);
        // JavaCPP has no constructor of these options, but C++ has nothing to add to the others.
        AllreduceOptions options = new AllreduceOptions().reduceOp(operator(op));
        yield after(
            group.allreduce_coalesced(
                vector(operation, data), new AllreduceCoalescedOptions(options)),
            data);
      }
      case REDUCE -> {
        ByteBuffer data = operation.input(rank);
        Work work =
            group.reduce(
                vector(operation, data), new ReduceOptions().reduceOp(operator(op)).rootRank(root));
        // What the others are left with is not specified.
        yield rank == root ? after(work, data) : after(work, List.of(), data);
      }
      case ALL_GATHER -> {
        ByteBuffer input = operation.input(rank);
        List<ByteBuffer> outputs = operation.outputs(size);
        yield after(
            group.allgather(
                vector(operation, outputs), vector(operation, input), new AllgatherOptions()),
            outputs,
            input);
      }
      case ALL_GATHER_TENSOR -> {
        ByteBuffer input = operation.input(rank);
        ByteBuffer output = operation.output(size);
        yield after(
            group._allgather_base(
                tensor(operation, output), tensor(operation, input), new AllgatherOptions()),
            List.of(output),
            input);
      }
      case GATHER -> {
        ByteBuffer input = operation.input(rank);
        List<ByteBuffer> outputs = rank == root ? operation.outputs(size) : List.of();
        yield after(
            group.gather(
                rank == root ? vector(operation, outputs) : nothing(),
                vector(operation, input),
                new GatherOptions().rootRank(root)),
            outputs,
            input);
      }
      case SCATTER -> {
        List<ByteBuffer> inputs = rank == root ? operation.inputs(rank, size) : List.of();
        ByteBuffer output = operation.output(1);
        ScatterOptions options = new ScatterOptions();
        options.rootRank(root);
        yield after(
            group.scatter(
                vector(operation, output),
                rank == root ? vector(operation, inputs) : nothing(),
                options),
            List.of(output),
            inputs);
      }
      case REDUCE_SCATTER -> {
        List<ByteBuffer> inputs = operation.inputs(rank, size);
        ByteBuffer output = operation.output(1);
        yield after(
            group.reduce_scatter(
                vector(operation, output),
                vector(operation, inputs),
                new ReduceScatterOptions().reduceOp(operator(op))),
            List.of(output),
            inputs);
      }
      case REDUCE_SCATTER_UNEVEN -> {
        List<ByteBuffer> inputs = operation.unevenInputs(rank, size);
        ByteBuffer output = operation.output(1 + rank);
        yield after(
            group.reduce_scatter(
                vector(operation, output),
                vector(operation, inputs),
                new ReduceScatterOptions().reduceOp(operator(op))),
            List.of(output),
            inputs);
      }
      case REDUCE_SCATTER_TENSOR -> {
        ByteBuffer input = operation.input(rank, size);
        ByteBuffer output = operation.output(1);
        yield after(
            group._reduce_scatter_base(
                tensor(operation, output),
                tensor(operation, input),
                new ReduceScatterOptions().reduceOp(operator(op))),
            List.of(output),
            input);
      }
      case ALL_TO_ALL -> {
        ByteBuffer input = operation.input(rank, size);
        ByteBuffer output = operation.output(size);
        yield after(
            group.alltoall_base(
                tensor(operation, output),
                tensor(operation, input),
                new LongVector(),
                new LongVector(),
                new AllToAllOptions()),
            List.of(output),
            input);
      }
      case ALL_TO_ALL_UNEVEN -> {
        ByteBuffer input = operation.unevenInput(rank, size);
        ByteBuffer output = operation.unevenOutput(rank, size);
        yield after(
            group.alltoall_base(
                tensor(operation, output),
                tensor(operation, input),
                longs(operation.outputSplits(rank, size)),
                longs(operation.inputSplits(rank, size)),
                new AllToAllOptions()),
            List.of(output),
            input);
      }
      case BARRIER -> after(group.barrier(new BarrierOptions()), List.of());
      case MONITORED_BARRIER -> {
        group.monitoredBarrier(new BarrierOptions(), false);
        yield List::of;
      }
      case SEND_RECV -> {
        ByteBuffer input = operation.input(rank);
        ByteBuffer output = operation.output(1);
        Work sending = group.send(vector(operation, input), (rank + 1) % size, root);
        Work receiving = group.recv(vector(operation, output), (rank + size - 1) % size, root);
        yield () -> {
          finish(sending);
          return after(receiving, List.of(output), input).await();
        };
      }
      case BROADCAST_SHORTER -> {
        ByteBuffer data = rank == root ? operation.input(rank) : operation.roomier(rank);
        yield after(
            group.broadcast(
                vector(operation, data), new BroadcastOptions().rootRank(root).rootTensor(0)),
            data);
      }
      case SEND_RECV_SHORTER -> {
        ByteBuffer input = operation.input(rank);
        ByteBuffer output = operation.roomier(rank);
        Work sending = group.send(vector(operation, input), (rank + 1) % size, root);
        Work receiving = group.recv(vector(operation, output), (rank + size - 1) % size, root);
        yield () -> {
          finish(sending);
          return after(receiving, List.of(output), input).await();
        };
      }
      case RECV_ANY_SOURCE, RECV_ANY_SOURCE_SHORTER ->
          rank == root ? receivingAll(operation) : sendingTo(operation);
    };
  }

  private Running sendingTo(Operation operation) {
    ByteBuffer input = operation.input(rank);
    return after(
        group.send(vector(operation, input), operation.root(), Operation.TAG), List.of(), input);
  }

  private Running receivingAll(Operation operation) {
    List<ByteBuffer> outputs = new ArrayList<>(operation.outputs(size));
    return () -> {
      for (int i = 1; i < size; i++) {
        ByteBuffer output = operation.roomOf(rank);
        Work work = group.recvAnysource(vector(operation, output), Operation.TAG);
        finish(work);
        outputs.set(work.sourceRank(), output);
      }
      return outputs;
    };
  }

  @Override
  public void close() {
    group.close();
  }

  private static Running after(Work work, ByteBuffer result) {
    return after(work, List.of(result));
  }

  private static Running after(Work work, List<ByteBuffer> result) {
    return after(work, result, List.of());
  }

  private static Running after(Work work, List<ByteBuffer> result, ByteBuffer kept) {
    return after(work, result, List.of(kept));
  }

  /** Keeps the memory that C++ reads and writes until it is done with it. */
  private static Running after(Work work, List<ByteBuffer> result, List<ByteBuffer> kept) {
    return () -> {
      finish(work);
      kept.forEach(java.lang.ref.Reference::reachabilityFence);
      return result;
    };
  }

  private static void finish(Work work) {
    boolean unused = work._wait();
  }

  private static TensorVector vector(Operation operation, ByteBuffer data) {
    return new TensorVector(tensor(operation, data));
  }

  private static TensorVector vector(Operation operation, List<ByteBuffer> data) {
    return new TensorVector(
        data.stream().map(one -> tensor(operation, one)).toArray(Tensor[]::new));
  }

  /** JavaCPP copies as many vectors as the pointer it is given has room for. */
  private static TensorVector nothing() {
    TensorVector none = new TensorVector();
    none.limit(0);
    return none;
  }

  private static Tensor tensor(Operation operation, ByteBuffer data) {
    long length = data.capacity() / operation.type().bytes();
    return torch.from_blob(
        new BytePointer(data), new long[] {length}, new TensorOptions(type(operation.type())));
  }

  private static LongVector longs(List<Integer> values) {
    return new LongVector(values.stream().mapToLong(Integer::longValue).toArray());
  }

  private static org.bytedeco.pytorch.ReduceOp operator(ReduceOp op) {
    return new org.bytedeco.pytorch.ReduceOp(RedOpType.valueOf(op.name()));
  }

  private static ScalarType type(DataType type) {
    return switch (type) {
      case UINT8 -> ScalarType.Byte;
      case INT8 -> ScalarType.Char;
      case BOOL -> ScalarType.Bool;
      case INT32 -> ScalarType.Int;
      case INT64 -> ScalarType.Long;
      case FLOAT16 -> ScalarType.Half;
      case BFLOAT16 -> ScalarType.BFloat16;
      case FLOAT32 -> ScalarType.Float;
      case FLOAT64 -> ScalarType.Double;
    };
  }
}
