package io.muster.collectives;

import io.muster.store.Store;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * This rank's view of a group of ranks that exchange data; PyTorch's {@code ProcessGroup} on the
 * Gloo backend. Ranks of PyTorch and of Muster may be in one group: they exchange the same bytes
 * and compute the same results. {@link ProcessGroups} and {@link Distributed} make groups.
 *
 * <pre>{@code
 * static void average(ProcessGroup group, float[] gradients) {
 *   group.allReduce(Tensor.of(gradients), ReduceOp.AVG);
 *   group.withTimeout(Duration.ofSeconds(10)).barrier();
 * }
 * }</pre>
 *
 * <p><b>Calls.</b> All ranks of a group make the same collective calls in the same order, with
 * equal lengths and types. Point-to-point messages ({@link #send}, {@link #recv}, {@link
 * #recvAnySource}) are not part of that order. The ranks that a call names, such as {@code root},
 * are ranks in the group, from 0 to {@link #size} − 1.
 *
 * <p><b>Blocking.</b> Each method blocks until this rank's part of the operation is done, at most
 * for {@link #timeout}. {@link #async} has the same methods, which return a {@link Work} instead of
 * blocking. {@link #withTimeout} changes the timeout. A waiting thread does not delay other
 * threads.
 *
 * <p><b>Memory.</b> A {@link Tensor} is a view of memory that the caller owns. The caller must not
 * access that memory while an operation uses it. No operation accesses it after it is done.
 *
 * <p><b>Failure.</b> If a rank dies, each operation of another rank that needs it throws a {@link
 * CollectiveException} that names it, and the group is unusable. The group is also unusable after a
 * timeout ({@link CollectiveTimeoutException}) or an interrupt ({@link
 * CollectiveInterruptedException}). Invalid arguments throw {@link IllegalArgumentException} or
 * {@link IndexOutOfBoundsException}, and the group stays usable. A {@link ReduceOp} that does not
 * support the type of the elements counts as a call, as in PyTorch. A closed group throws {@link
 * IllegalStateException}.
 *
 * <p><b>Thread safety.</b> Groups are thread-safe. Threads that make collective calls on the same
 * group must agree on their order.
 *
 * <p><b>Tests.</b> Code that takes a {@code ProcessGroup} can be tested with an implementation of
 * this interface, or with real groups of several ranks in one JVM (module {@code
 * io.muster.testing}).
 */
public interface ProcessGroup extends AutoCloseable {
  /** The rank of this process in the group, from 0 to {@link #size} − 1. */
  int rank();

  /** The number of ranks in the group. */
  int size();

  /**
   * The world ranks of the group's members, by rank in the group; PyTorch's {@code
   * get_process_group_ranks}. Immutable.
   */
  List<Integer> ranks();

  /** The name of the group, which is the same on all ranks. */
  String name();

  /**
   * The group's part of the store: the store that the ranks met in, with prefixes that belong to
   * this group.
   */
  Store store();

  /** The timeout of each operation of this view of the group. */
  Duration timeout();

  /**
   * Another view of this group, whose operations have another timeout. Closing one of the views
   * closes the group.
   *
   * @throws IllegalArgumentException if the timeout is negative
   */
  ProcessGroup withTimeout(Duration timeout);

  /**
   * The methods of this group that do not block. Two collectives run at a time, and they start in
   * the order of their calls; a blocking collective does not wait for them. As in PyTorch.
   */
  AsyncProcessGroup async();

  /**
   * Copies the root's tensor to all ranks; PyTorch's {@code broadcast}. The root's tensor may be
   * shorter than those of other ranks, whose remaining elements then do not change.
   */
  void broadcast(Tensor tensor, int root);

  /**
   * Reduces the tensors of all ranks element by element. Each rank's tensor holds the result
   * afterwards; PyTorch's {@code all_reduce}.
   */
  void allReduce(Tensor tensor, ReduceOp op);

  /**
   * Reduces several tensors, all of one type, in a single {@link #allReduce}; PyTorch's {@code
   * all_reduce_coalesced}.
   */
  void allReduceCoalesced(List<Tensor> tensors, ReduceOp op);

  /**
   * Reduces the tensors of all ranks element by element. The root's tensor holds the result
   * afterwards, and those of other ranks hold partial results, as in PyTorch; PyTorch's {@code
   * reduce}.
   */
  void reduce(Tensor tensor, int root, ReduceOp op);

  /**
   * Copies the inputs of all ranks to each rank's output, in rank order; PyTorch's {@code
   * all_gather_into_tensor}.
   *
   * @param output {@code size()} times as long as {@code input}
   */
  void allGather(Tensor output, Tensor input);

  /**
   * Copies the inputs of all ranks to all ranks; PyTorch's {@code all_gather}.
   *
   * @param outputs one per rank, each as long as {@code input}
   */
  void allGather(List<Tensor> outputs, Tensor input);

  /**
   * Copies the inputs of all ranks to the root; PyTorch's {@code gather}.
   *
   * @param outputs on the root one per rank, each as long as {@code input}; empty on other ranks
   */
  void gather(List<Tensor> outputs, Tensor input, int root);

  /**
   * Copies one input of the root to each rank; PyTorch's {@code scatter}.
   *
   * @param inputs on the root one per rank, each as long as {@code output}; empty on other ranks
   */
  void scatter(Tensor output, List<Tensor> inputs, int root);

  /**
   * Reduces the inputs of all ranks element by element, and copies the part of the result that
   * belongs to this rank to {@code output}; PyTorch's {@code reduce_scatter_tensor}.
   *
   * @param input {@code size()} times as long as {@code output}; does not change
   */
  void reduceScatter(Tensor output, Tensor input, ReduceOp op);

  /**
   * Reduces the inputs of all ranks for each rank, and copies the result for this rank to {@code
   * output}; PyTorch's {@code reduce_scatter}.
   *
   * @param inputs one per rank; they do not change. The inputs for one rank have the same length on
   *     all ranks. The input for this rank is as long as {@code output}.
   */
  void reduceScatter(Tensor output, List<Tensor> inputs, ReduceOp op);

  /**
   * Sends an equal part of the input to each rank, and receives a part of the output from each
   * rank; PyTorch's {@code all_to_all_single}.
   */
  void allToAll(Tensor output, Tensor input);

  /**
   * Sends a part of the input to each rank, and receives a part of the output from each rank;
   * PyTorch's {@code all_to_all_single} with splits.
   *
   * @param outputSplits the number of elements from each rank
   * @param inputSplits the number of elements for each rank
   */
  void allToAll(Tensor output, List<Integer> outputSplits, Tensor input, List<Integer> inputSplits);

  /** Blocks until all ranks have called this method; PyTorch's {@code barrier}. */
  void barrier();

  /**
   * A {@link #monitoredBarrier(Duration, boolean)} whose exception names the first missing rank
   * only.
   */
  default void monitoredBarrier(Duration timeout) {
    monitoredBarrier(timeout, false);
  }

  /**
   * Blocks until all ranks have called this method, and finds out which ranks have not; PyTorch's
   * {@code monitored_barrier}.
   *
   * @param timeout the maximum time to wait, in place of {@link #timeout()}
   * @param waitForAllRanks whether rank 0 waits for all ranks and names each missing one, rather
   *     than the first
   * @throws IllegalArgumentException if the timeout is negative
   * @throws CollectiveTimeoutException if a rank is missing after the timeout; on rank 0 {@link
   *     CollectiveTimeoutException#missingRanks} are those ranks
   */
  void monitoredBarrier(Duration timeout, boolean waitForAllRanks);

  /**
   * Sends a tensor to a rank, which must receive it with the same tag and a tensor that is at least
   * as long; PyTorch's {@code send}. Blocks until the bytes are handed to the operating system,
   * which does not happen before the receiver has called {@link #recv} or {@link #recvAnySource}.
   *
   * @param tag matches a send with a receive; not negative
   */
  void send(Tensor tensor, int destination, int tag);

  /**
   * Receives the tensor that a rank sends with the same tag; PyTorch's {@code recv}. The received
   * tensor may be shorter than {@code tensor}, whose remaining elements then do not change. If it
   * is longer, the call fails and the group is unusable.
   */
  void recv(Tensor tensor, int source, int tag);

  /**
   * Receives a tensor from the rank that is first to send one with the tag; PyTorch's {@code recv}
   * without a source. The received tensor may be shorter, as for {@link #recv}.
   *
   * @return the rank that sent the tensor
   */
  int recvAnySource(Tensor tensor, int tag);

  /**
   * Copies an object of each rank to all ranks. All ranks must be Muster's, because PyTorch's
   * {@code all_gather_object} sends pickled Python objects.
   *
   * @return the objects in rank order
   * @throws IllegalArgumentException on all ranks, if an object is longer than {@link
   *     ProcessGroupOptions#maxObjectBytes} or a codec could not encode one. On the rank whose
   *     codec failed, the exception of the codec is thrown instead. The group stays usable.
   */
  <T> List<T> allGatherObject(T value, ObjectCodec<T> codec);

  /**
   * Copies an object of the root to all ranks. All ranks must be Muster's, because PyTorch's {@code
   * broadcast_object_list} sends pickled Python objects.
   *
   * @param value the object on the root; ignored on other ranks
   * @return the root's object
   * @throws IllegalArgumentException on all ranks, if the object is longer than {@link
   *     ProcessGroupOptions#maxObjectBytes} or could not be encoded. On the root, the exception of
   *     the codec is thrown instead. The group stays usable.
   */
  <T> T broadcastObject(@Nullable T value, int root, ObjectCodec<T> codec);

  /**
   * Closes the connections of the group at once; PyTorch's {@code abort}. Operations in flight on
   * this rank, blocking or not, fail with a {@link CollectiveException} without waiting for
   * anything, and later operations fail too. Operations of other ranks that need this rank fail as
   * if it had died. Messages that were sent may not arrive.
   *
   * <p>Does not block. Any thread may call it. The group must still be {@linkplain #close closed},
   * which then does not wait.
   */
  void abort();

  /**
   * Closes the group on this rank. New calls are refused. This method waits for operations in
   * flight, at most for the timeout of the group, and until sent messages have arrived, and then
   * closes the connections. Asynchronous sends that no rank has received get five seconds; the
   * group then logs a warning that names them. An interrupt or {@link #abort} ends the wait.
   *
   * <p>Operations of other ranks that still need this rank fail. Call {@link #barrier} first to
   * avoid that. Closing the default group also closes all groups made from it, and the store if it
   * was created with the default group. Closing a closed group has no effect.
   */
  @Override
  void close();
}
