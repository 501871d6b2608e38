package io.muster.collectives;

import java.util.List;

/**
 * The methods of a {@link ProcessGroup} that do not block; PyTorch's {@code async_op=True}. Each
 * method checks its arguments, takes its position in the order of calls, and returns a {@link
 * Work}. Later failures are thrown by {@link Work#await}. The caller must not access the memory of
 * a tensor until the work is done. Thread-safe.
 */
public interface AsyncProcessGroup {
  /** Starts a {@link ProcessGroup#broadcast(Tensor, int)}. */
  Work broadcast(Tensor tensor, int root);

  /** Starts an {@link ProcessGroup#allReduce(Tensor, ReduceOp)}. */
  Work allReduce(Tensor tensor, ReduceOp op);

  /** Starts an {@link ProcessGroup#allReduceCoalesced(List, ReduceOp)}. */
  Work allReduceCoalesced(List<Tensor> tensors, ReduceOp op);

  /** Starts a {@link ProcessGroup#reduce(Tensor, int, ReduceOp)}. */
  Work reduce(Tensor tensor, int root, ReduceOp op);

  /** Starts an {@link ProcessGroup#allGather(Tensor, Tensor)}. */
  Work allGather(Tensor output, Tensor input);

  /** Starts an {@link ProcessGroup#allGather(List, Tensor)}. */
  Work allGather(List<Tensor> outputs, Tensor input);

  /** Starts a {@link ProcessGroup#gather(List, Tensor, int)}. */
  Work gather(List<Tensor> outputs, Tensor input, int root);

  /** Starts a {@link ProcessGroup#scatter(Tensor, List, int)}. */
  Work scatter(Tensor output, List<Tensor> inputs, int root);

  /** Starts a {@link ProcessGroup#reduceScatter(Tensor, Tensor, ReduceOp)}. */
  Work reduceScatter(Tensor output, Tensor input, ReduceOp op);

  /** Starts a {@link ProcessGroup#reduceScatter(Tensor, List, ReduceOp)}. */
  Work reduceScatter(Tensor output, List<Tensor> inputs, ReduceOp op);

  /** Starts an {@link ProcessGroup#allToAll(Tensor, Tensor)}. */
  Work allToAll(Tensor output, Tensor input);

  /** Starts an {@link ProcessGroup#allToAll(Tensor, List, Tensor, List)}. */
  Work allToAll(Tensor output, List<Integer> outputSplits, Tensor input, List<Integer> inputSplits);

  /** Starts a {@link ProcessGroup#barrier()}. */
  Work barrier();

  /** Starts a {@link ProcessGroup#send(Tensor, int, int)}. */
  Work send(Tensor tensor, int destination, int tag);

  /** Starts a {@link ProcessGroup#recv(Tensor, int, int)}. */
  Work recv(Tensor tensor, int source, int tag);

  /**
   * Starts a {@link ProcessGroup#recvAnySource(Tensor, int)}. Once it is done, {@link
   * Work#sourceRank} is the rank that sent the tensor.
   */
  Work recvAnySource(Tensor tensor, int tag);
}
