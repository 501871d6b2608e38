package io.muster.collectives;

import io.muster.store.Store;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A rank's view of a group of ranks that exchange data; PyTorch's {@code ProcessGroup} on Gloo.
 * Ranks of PyTorch and of Muster may be in one group: what they send is the same, byte for byte,
 * and so are the results.
 *
 * <p><b>Calls.</b> All ranks of a group make the same collective calls in the same order, with
 * equal lengths and types. Messages ({@link #send}, {@link #recv}, {@link #recvAnySource}) are
 * apart from that order. Ranks are those in the group, as are a call's {@code root} and {@code
 * source}.
 *
 * <p><b>Blocking.</b> Each method blocks until this rank's part is done, at most for {@link
 * #timeout}. {@link #async} has the same methods returning {@link Work}, and {@link #withTimeout}
 * another timeout. A thread that waits holds up no other.
 *
 * <p><b>Memory.</b> A {@link Tensor} is the caller's. It must not be touched while a call uses it,
 * and is not used afterwards.
 *
 * <p><b>Failure.</b> When a rank dies, every other rank's call that needs it throws a {@link
 * CollectiveException} which names it, and the group is of no use any more; so too after a timeout
 * ({@link CollectiveTimeoutException}) or an interrupt ({@link CollectiveInterruptedException}).
 * Wrong arguments throw {@link IllegalArgumentException} or {@link IndexOutOfBoundsException} and
 * leave the group as it is; but a type that the operator is not for counts as a call, as in
 * PyTorch. A closed group throws {@link IllegalStateException}.
 *
 * <p><b>Threads.</b> Thread-safe; but threads that make collective calls must agree on their order.
 */
public final class ProcessGroup implements AutoCloseable {
  private final GlooBackend backend;
  private final List<Integer> ranks;
  private final Store store;
  private final int maxObjectBytes;
  private final Consumer<ProcessGroup> whenClosed;
  private final Duration timeout;
  private final Collectives collectives;
  private final Messages messages;

  ProcessGroup(
      GlooBackend backend,
      List<Integer> ranks,
      Store store,
      int maxObjectBytes,
      Consumer<ProcessGroup> whenClosed) {
    this(backend, ranks, store, maxObjectBytes, whenClosed, backend.timeout());
  }

  private ProcessGroup(
      GlooBackend backend,
      List<Integer> ranks,
      Store store,
      int maxObjectBytes,
      Consumer<ProcessGroup> whenClosed,
      Duration timeout) {
    this.backend = backend;
    this.ranks = List.copyOf(ranks);
    this.store = store;
    this.maxObjectBytes = maxObjectBytes;
    this.whenClosed = whenClosed;
    this.timeout = timeout;
    this.collectives = new Collectives(backend);
    this.messages = new Messages(backend);
  }

  /** The rank of this process in the group. */
  public int rank() {
    return backend.rank();
  }

  /** How many ranks the group has. */
  public int size() {
    return backend.size();
  }

  /** The ranks of the world that the group has, in the order of their ranks in the group. */
  public List<Integer> ranks() {
    return ranks;
  }

  /** The name, which is the same on all ranks. */
  public String name() {
    return backend.name();
  }

  /**
   * The part of the store that belongs to the group: {@link io.muster.store.PrefixStore}s around
   * the store that the user has given, or that the URL has led to.
   */
  public Store store() {
    return store;
  }

  /** How long a call may last. */
  public Duration timeout() {
    return timeout;
  }

  /**
   * The same group, with another timeout for calls. To close one is to close the other.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public ProcessGroup withTimeout(Duration limit) {
    if (limit.isNegative()) {
      throw new IllegalArgumentException("timeout must not be negative but was " + limit);
    }
    return new ProcessGroup(backend, ranks, store, maxObjectBytes, whenClosed, limit);
  }

  /**
   * The same methods, which return at once. Collectives begin in the order they are called, two at
   * a time; a blocking one does not wait for them.
   */
  public AsyncProcessGroup async() {
    return new AsyncProcessGroup(collectives, messages, timeout);
  }

  /**
   * Copies the tensor of one rank to all others. As with PyTorch it may be shorter than theirs: the
   * elements after it stay unchanged.
   */
  public void broadcast(Tensor tensor, int root) {
    collectives.broadcast(tensor, root).run(timeout);
  }

  /** Replaces each element by the reduction of those of all ranks at its place. */
  public void allReduce(Tensor tensor, ReduceOp op) {
    collectives.allReduce(tensor, op).run(timeout);
  }

  /** One {@link #allReduce} of several tensors, which are of one type and go as one. */
  public void allReduceCoalesced(List<Tensor> tensors, ReduceOp op) {
    collectives.allReduceCoalesced(tensors, op).run(timeout);
  }

  /**
   * As {@link #allReduce}, with the result on one rank only. On the others the tensor holds partial
   * results afterwards, as in PyTorch.
   */
  public void reduce(Tensor tensor, int root, ReduceOp op) {
    collectives.reduce(tensor, root, op).run(timeout);
  }

  /**
   * Copies the inputs of all ranks to the outputs of all, in the order of ranks; PyTorch's {@code
   * all_gather_into_tensor}.
   *
   * @param output as many elements as {@code input} has, times the number of ranks
   */
  public void allGather(Tensor output, Tensor input) {
    collectives.allGather(output, input).run(timeout);
  }

  /**
   * Copies the inputs of all ranks to all.
   *
   * @param outputs one a rank, each as long as {@code input}
   */
  public void allGather(List<Tensor> outputs, Tensor input) {
    collectives.allGather(outputs, input).run(timeout);
  }

  /**
   * Copies the inputs of all ranks to one.
   *
   * @param outputs on the root one a rank, each as long as {@code input}; empty on the others
   */
  public void gather(List<Tensor> outputs, Tensor input, int root) {
    collectives.gather(outputs, input, root).run(timeout);
  }

  /**
   * Copies each input of one rank to another rank.
   *
   * @param inputs on the root one a rank, each as long as {@code output}; empty on the others
   */
  public void scatter(Tensor output, List<Tensor> inputs, int root) {
    collectives.scatter(output, inputs, root).run(timeout);
  }

  /**
   * Reduces the inputs of all ranks, and leaves each rank its part of the result; PyTorch's {@code
   * reduce_scatter_tensor}.
   *
   * @param input as many elements as {@code output} has, times the number of ranks; stays as it is
   */
  public void reduceScatter(Tensor output, Tensor input, ReduceOp op) {
    collectives.reduceScatter(output, input, op).run(timeout);
  }

  /**
   * Reduces the inputs of all ranks, and leaves each rank its part of the result.
   *
   * @param inputs one a rank, which may differ in length, but not from those for the same rank on
   *     other ranks; that for this rank is as long as {@code output}. They stay as they are.
   */
  public void reduceScatter(Tensor output, List<Tensor> inputs, ReduceOp op) {
    collectives.reduceScatter(output, inputs, op).run(timeout);
  }

  /** Sends each rank an equal part of the input, and puts what they send into the output. */
  public void allToAll(Tensor output, Tensor input) {
    collectives.allToAll(output, input).run(timeout);
  }

  /**
   * Sends each rank a part of the input, and puts what they send into the output.
   *
   * @param outputSplits how many elements come from each rank
   * @param inputSplits how many elements go to each rank
   */
  public void allToAll(
      Tensor output, List<Integer> outputSplits, Tensor input, List<Integer> inputSplits) {
    collectives.allToAll(output, outputSplits, input, inputSplits).run(timeout);
  }

  /** Waits until all ranks have come here. */
  public void barrier() {
    collectives.barrier().run(timeout);
  }

  /** {@link #monitoredBarrier(Duration, boolean)}, which names the first rank that is missing. */
  public void monitoredBarrier(Duration limit) {
    monitoredBarrier(limit, false);
  }

  /**
   * Waits until all ranks have come here. Rank 0 finds out who has not.
   *
   * @param waitForAllRanks whether rank 0 waits for all, and names all who are missing, rather than
   *     the first
   * @throws CollectiveTimeoutException if some have not come in time; on rank 0 it names them
   */
  public void monitoredBarrier(Duration limit, boolean waitForAllRanks) {
    messages.monitoredBarrier(waitForAllRanks).run(limit);
  }

  /**
   * Sends a tensor to a rank, which must receive it with the same tag, and with a tensor that is as
   * long or longer. Blocks until it is handed to the network, which is not before the other rank
   * asks for it.
   *
   * @param tag tells apart messages between the same ranks; not negative
   */
  public void send(Tensor tensor, int destination, int tag) {
    backend.whileOpen(() -> messages.send(tensor, destination, tag, timeout).awaitHere());
  }

  /**
   * Receives the tensor that a rank sends with the same tag. As with PyTorch, it may be shorter
   * than {@code tensor}: the elements after it stay unchanged. If it is longer, the call fails and
   * the group is unusable.
   */
  public void recv(Tensor tensor, int source, int tag) {
    backend.whileOpen(() -> messages.recv(tensor, source, tag, timeout).awaitHere());
  }

  /**
   * Receives the tensor of the rank that sends one with this tag first. It may be shorter, as for
   * {@link #recv}.
   *
   * @return that rank
   */
  public int recvAnySource(Tensor tensor, int tag) {
    MessageWork work = messages.recvAnySource(tensor, tag, timeout);
    backend.whileOpen(work::awaitHere);
    return work.sourceRank().orElseThrow();
  }

  /**
   * Copies an object of each rank to all; for groups whose ranks are all in Java. PyTorch's ranks
   * send pickled Python instead.
   *
   * @return the objects in the order of ranks
   * @throws IllegalArgumentException on all ranks, if an object is longer than the group allows or
   *     could not be encoded; the rank that it belongs to throws what its codec has thrown. The
   *     group stays usable.
   */
  public <T> List<T> allGatherObject(T value, ObjectCodec<T> codec) {
    return new ObjectExchange(this, maxObjectBytes).allGather(value, codec);
  }

  /**
   * Copies an object of one rank to all; for groups whose ranks are all in Java.
   *
   * @param value the object on the root; ignored on the others
   * @return the root's object
   * @throws IllegalArgumentException on all ranks, if it is longer than the group allows or could
   *     not be encoded; the root throws what its codec has thrown. The group stays usable.
   */
  public <T> T broadcastObject(@Nullable T value, int root, ObjectCodec<T> codec) {
    return new ObjectExchange(this, maxObjectBytes).broadcast(value, root, codec);
  }

  /**
   * Ends the connections of the group at once; PyTorch's {@code abort}. Calls under way on this
   * rank, blocking or not, fail with a {@link CollectiveException} without waiting for anything,
   * and so do later ones; those of other ranks that need this one fail as if it had died. What was
   * sent may not arrive. Does not block, and may be called by any thread. The group must still be
   * {@linkplain #close closed}, which then takes no time.
   */
  public void abort() {
    backend.abort();
  }

  /**
   * Ends the group on this rank. Refuses new calls, waits for those that have begun, at most for
   * the timeout of the group, and closes the connections when what was sent has arrived. Messages
   * of {@link #async} that other ranks have not asked for have five seconds more; if some are not
   * sent then, a warning is logged that names them. An interrupt, or {@link #abort}, ends the
   * waiting. Others that still need this rank will fail: meet them in a {@link #barrier} first.
   * Closing the default group closes all groups made from it, and the store if it was made with it.
   * Closing again does nothing.
   */
  @Override
  public void close() {
    if (backend.close()) {
      whenClosed.accept(this);
    }
  }

  @Override
  public String toString() {
    return "ProcessGroup(" + backend + ")";
  }
}
