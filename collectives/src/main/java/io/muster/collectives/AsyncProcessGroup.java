package io.muster.collectives;

import java.time.Duration;
import java.util.List;

/**
 * The methods of a {@link ProcessGroup} as they are when nobody waits: each checks its arguments,
 * takes its place in the order of calls, and returns. What goes wrong after that is thrown by the
 * {@link Work}. Tensors belong to the work until it is over.
 */
public final class AsyncProcessGroup {
  private final Collectives collectives;
  private final Messages messages;
  private final Duration timeout;

  AsyncProcessGroup(Collectives collectives, Messages messages, Duration timeout) {
    this.collectives = collectives;
    this.messages = messages;
    this.timeout = timeout;
  }

  /** Starts {@link ProcessGroup#broadcast(Tensor, int)}. */
  public Work broadcast(Tensor tensor, int root) {
    return collectives.broadcast(tensor, root).start(timeout);
  }

  /** Starts {@link ProcessGroup#allReduce(Tensor, ReduceOp)}. */
  public Work allReduce(Tensor tensor, ReduceOp op) {
    return collectives.allReduce(tensor, op).start(timeout);
  }

  /** Starts {@link ProcessGroup#allReduceCoalesced(List, ReduceOp)}. */
  public Work allReduceCoalesced(List<Tensor> tensors, ReduceOp op) {
    return collectives.allReduceCoalesced(tensors, op).start(timeout);
  }

  /** Starts {@link ProcessGroup#reduce(Tensor, int, ReduceOp)}. */
  public Work reduce(Tensor tensor, int root, ReduceOp op) {
    return collectives.reduce(tensor, root, op).start(timeout);
  }

  /** Starts {@link ProcessGroup#allGather(Tensor, Tensor)}. */
  public Work allGather(Tensor output, Tensor input) {
    return collectives.allGather(output, input).start(timeout);
  }

  /** Starts {@link ProcessGroup#allGather(List, Tensor)}. */
  public Work allGather(List<Tensor> outputs, Tensor input) {
    return collectives.allGather(outputs, input).start(timeout);
  }

  /** Starts {@link ProcessGroup#gather(List, Tensor, int)}. */
  public Work gather(List<Tensor> outputs, Tensor input, int root) {
    return collectives.gather(outputs, input, root).start(timeout);
  }

  /** Starts {@link ProcessGroup#scatter(Tensor, List, int)}. */
  public Work scatter(Tensor output, List<Tensor> inputs, int root) {
    return collectives.scatter(output, inputs, root).start(timeout);
  }

  /** Starts {@link ProcessGroup#reduceScatter(Tensor, Tensor, ReduceOp)}. */
  public Work reduceScatter(Tensor output, Tensor input, ReduceOp op) {
    return collectives.reduceScatter(output, input, op).start(timeout);
  }

  /** Starts {@link ProcessGroup#reduceScatter(Tensor, List, ReduceOp)}. */
  public Work reduceScatter(Tensor output, List<Tensor> inputs, ReduceOp op) {
    return collectives.reduceScatter(output, inputs, op).start(timeout);
  }

  /** Starts {@link ProcessGroup#allToAll(Tensor, Tensor)}. */
  public Work allToAll(Tensor output, Tensor input) {
    return collectives.allToAll(output, input).start(timeout);
  }

  /** Starts {@link ProcessGroup#allToAll(Tensor, List, Tensor, List)}. */
  public Work allToAll(
      Tensor output, List<Integer> outputSplits, Tensor input, List<Integer> inputSplits) {
    return collectives.allToAll(output, outputSplits, input, inputSplits).start(timeout);
  }

  /** Starts {@link ProcessGroup#barrier()}. */
  public Work barrier() {
    return collectives.barrier().start(timeout);
  }

  /** Starts {@link ProcessGroup#send(Tensor, int, int)}. */
  public Work send(Tensor tensor, int destination, int tag) {
    return messages.send(tensor, destination, tag, timeout).asSend();
  }

  /** Starts {@link ProcessGroup#recv(Tensor, int, int)}. */
  public Work recv(Tensor tensor, int source, int tag) {
    return messages.recv(tensor, source, tag, timeout);
  }

  /**
   * Starts {@link ProcessGroup#recvAnySource(Tensor, int)}. {@link Work#sourceRank} says who has
   * sent it.
   */
  public Work recvAnySource(Tensor tensor, int tag) {
    return messages.recvAnySource(tensor, tag, timeout);
  }
}
