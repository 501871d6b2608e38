package io.muster.interop;

import io.muster.collectives.AsyncProcessGroup;
import io.muster.collectives.ProcessGroup;
import io.muster.collectives.ProcessGroupOptions;
import io.muster.collectives.ProcessGroups;
import io.muster.collectives.ReduceOp;
import io.muster.collectives.Tensor;
import io.muster.collectives.Work;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A rank that is Muster's. Those of even rank work in direct memory, the others in arrays. */
record MusterRank(ProcessGroups groups, ProcessGroup group) implements Rank {
  /** Joins the default group of a world. */
  static MusterRank join(ProcessGroupOptions options) {
    ProcessGroups groups = new ProcessGroups();
    return new MusterRank(groups, groups.initProcessGroup(options));
  }

  @Override
  public Running start(Operation operation) {
    AsyncProcessGroup async = group.async();
    ReduceOp op = operation.op();
    int root = operation.root();
    int rank = group.rank();
    int size = group.size();
    return switch (operation.kind()) {
      case BROADCAST -> {
        Staged data = staged(operation, operation.input(rank));
        yield after(async.broadcast(data.tensor(), root), data);
      }
      case ALL_REDUCE -> {
        Staged data = staged(operation, operation.input(rank));
        yield after(async.allReduce(data.tensor(), op), data);
      }
      case ALL_REDUCE_COALESCED -> {
        List<Staged> data = staged(operation, operation.coalesced(rank));
        yield after(async.allReduceCoalesced(tensors(data), op), data);
      }
      case REDUCE -> {
        Staged data = staged(operation, operation.input(rank));
        Work work = async.reduce(data.tensor(), root, op);
        yield rank == root ? after(work, data) : after(work, List.of());
      }
      case ALL_GATHER -> {
        Staged input = staged(operation, operation.input(rank));
        List<Staged> outputs = staged(operation, operation.outputs(size));
        yield after(async.allGather(tensors(outputs), input.tensor()), outputs);
      }
      case ALL_GATHER_TENSOR -> {
        Staged input = staged(operation, operation.input(rank));
        Staged output = staged(operation, operation.output(size));
        yield after(async.allGather(output.tensor(), input.tensor()), output);
      }
      case GATHER -> {
        Staged input = staged(operation, operation.input(rank));
        List<Staged> outputs =
            rank == root ? staged(operation, operation.outputs(size)) : List.of();
        yield after(async.gather(tensors(outputs), input.tensor(), root), outputs);
      }
      case SCATTER -> {
        List<Staged> inputs =
            rank == root ? staged(operation, operation.inputs(rank, size)) : List.of();
        Staged output = staged(operation, operation.output(1));
        yield after(async.scatter(output.tensor(), tensors(inputs), root), output);
      }
      case REDUCE_SCATTER -> {
        List<Staged> inputs = staged(operation, operation.inputs(rank, size));
        Staged output = staged(operation, operation.output(1));
        yield after(async.reduceScatter(output.tensor(), tensors(inputs), op), output);
      }
      case REDUCE_SCATTER_UNEVEN -> {
        List<Staged> inputs = staged(operation, operation.unevenInputs(rank, size));
        Staged output = staged(operation, operation.output(1 + rank));
        yield after(async.reduceScatter(output.tensor(), tensors(inputs), op), output);
      }
      case REDUCE_SCATTER_TENSOR -> {
        Staged input = staged(operation, operation.input(rank, size));
        Staged output = staged(operation, operation.output(1));
        yield after(async.reduceScatter(output.tensor(), input.tensor(), op), output);
      }
      case ALL_TO_ALL -> {
        Staged input = staged(operation, operation.input(rank, size));
        Staged output = staged(operation, operation.output(size));
        yield after(async.allToAll(output.tensor(), input.tensor()), output);
      }
      case ALL_TO_ALL_UNEVEN -> {
        Staged input = staged(operation, operation.unevenInput(rank, size));
        Staged output = staged(operation, operation.unevenOutput(rank, size));
        Work work =
            async.allToAll(
                output.tensor(),
                operation.outputSplits(rank, size),
                input.tensor(),
                operation.inputSplits(rank, size));
        yield after(work, output);
      }
      case BARRIER -> after(async.barrier(), List.of());
      case MONITORED_BARRIER -> {
        group.monitoredBarrier(group.timeout());
        yield List::of;
      }
      case SEND_RECV -> {
        Staged input = staged(operation, operation.input(rank));
        Staged output = staged(operation, operation.output(1));
        Work sending = async.send(input.tensor(), (rank + 1) % size, root);
        Work receiving = async.recv(output.tensor(), (rank + size - 1) % size, root);
        yield () -> {
          sending.await();
          return after(receiving, output).await();
        };
      }
      case BROADCAST_SHORTER -> {
        Staged data =
            staged(operation, rank == root ? operation.input(rank) : operation.roomier(rank));
        yield after(async.broadcast(data.tensor(), root), data);
      }
      case SEND_RECV_SHORTER -> {
        Staged input = staged(operation, operation.input(rank));
        Staged output = staged(operation, operation.roomier(rank));
        Work sending = async.send(input.tensor(), (rank + 1) % size, root);
        Work receiving = async.recv(output.tensor(), (rank + size - 1) % size, root);
        yield () -> {
          sending.await();
          return after(receiving, output).await();
        };
      }
      case RECV_ANY_SOURCE, RECV_ANY_SOURCE_SHORTER ->
          rank == root ? receivingAll(operation) : sendingTo(operation);
    };
  }

  private Running sendingTo(Operation operation) {
    Staged input = staged(operation, operation.input(group.rank()));
    Work work = group.async().send(input.tensor(), operation.root(), Operation.TAG);
    return after(work, List.of());
  }

  private Running receivingAll(Operation operation) {
    return () -> {
      List<ByteBuffer> outputs = new ArrayList<>(operation.outputs(group.size()));
      for (int i = 1; i < group.size(); i++) {
        Staged output = staged(operation, operation.roomOf(group.rank()));
        int source = group.recvAnySource(output.tensor(), Operation.TAG);
        outputs.set(source, output.bytes().get());
      }
      return outputs;
    };
  }

  @Override
  public void close() {
    groups.close();
  }

  private Staged staged(Operation operation, ByteBuffer data) {
    return group.rank() % 2 == 0
        ? Staged.direct(operation.type(), data)
        : Staged.array(operation.type(), data);
  }

  private List<Staged> staged(Operation operation, List<ByteBuffer> data) {
    return data.stream().map(one -> staged(operation, one)).toList();
  }

  private static List<Tensor> tensors(List<Staged> staged) {
    return staged.stream().map(Staged::tensor).toList();
  }

  private static Running after(Work work, Staged result) {
    return after(work, List.of(result));
  }

  private static Running after(Work work, List<Staged> results) {
    return () -> {
      work.await();
      return results.stream().map(one -> one.bytes().get()).toList();
    };
  }
}
