package io.muster.collectives.internal.engine;

import io.muster.collectives.AsyncProcessGroup;
import io.muster.collectives.ReduceOp;
import io.muster.collectives.Tensor;
import io.muster.collectives.Work;
import java.time.Duration;
import java.util.List;

/** The {@link AsyncProcessGroup} of a {@link GlooProcessGroup}. */
final class GlooAsyncProcessGroup implements AsyncProcessGroup {
  private final Collectives collectives;
  private final PointToPoint messages;
  private final Duration timeout;

  GlooAsyncProcessGroup(Collectives collectives, PointToPoint messages, Duration timeout) {
    this.collectives = collectives;
    this.messages = messages;
    this.timeout = timeout;
  }

  @Override
  public Work broadcast(Tensor tensor, int root) {
    return collectives.broadcast(tensor, root).start(timeout);
  }

  @Override
  public Work allReduce(Tensor tensor, ReduceOp op) {
    return collectives.allReduce(tensor, op).start(timeout);
  }

  @Override
  public Work allReduceCoalesced(List<Tensor> tensors, ReduceOp op) {
    return collectives.allReduceCoalesced(tensors, op).start(timeout);
  }

  @Override
  public Work reduce(Tensor tensor, int root, ReduceOp op) {
    return collectives.reduce(tensor, root, op).start(timeout);
  }

  @Override
  public Work allGather(Tensor output, Tensor input) {
    return collectives.allGather(output, input).start(timeout);
  }

  @Override
  public Work allGather(List<Tensor> outputs, Tensor input) {
    return collectives.allGather(outputs, input).start(timeout);
  }

  @Override
  public Work gather(List<Tensor> outputs, Tensor input, int root) {
    return collectives.gather(outputs, input, root).start(timeout);
  }

  @Override
  public Work scatter(Tensor output, List<Tensor> inputs, int root) {
    return collectives.scatter(output, inputs, root).start(timeout);
  }

  @Override
  public Work reduceScatter(Tensor output, Tensor input, ReduceOp op) {
    return collectives.reduceScatter(output, input, op).start(timeout);
  }

  @Override
  public Work reduceScatter(Tensor output, List<Tensor> inputs, ReduceOp op) {
    return collectives.reduceScatter(output, inputs, op).start(timeout);
  }

  @Override
  public Work allToAll(Tensor output, Tensor input) {
    return collectives.allToAll(output, input).start(timeout);
  }

  @Override
  public Work allToAll(
      Tensor output, List<Integer> outputSplits, Tensor input, List<Integer> inputSplits) {
    return collectives.allToAll(output, outputSplits, input, inputSplits).start(timeout);
  }

  @Override
  public Work barrier() {
    return collectives.barrier().start(timeout);
  }

  @Override
  public Work send(Tensor tensor, int destination, int tag) {
    return messages.send(tensor, destination, tag, timeout).asSend();
  }

  @Override
  public Work recv(Tensor tensor, int source, int tag) {
    return messages.recv(tensor, source, tag, timeout);
  }

  @Override
  public Work recvAnySource(Tensor tensor, int tag) {
    return messages.recvAnySource(tensor, tag, timeout);
  }
}
