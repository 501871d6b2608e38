package io.muster.collectives.internal.engine;

import io.muster.collectives.AsyncProcessGroup;
import io.muster.collectives.ObjectCodec;
import io.muster.collectives.ProcessGroup;
import io.muster.collectives.ReduceOp;
import io.muster.collectives.Tensor;
import io.muster.store.Deadline;
import io.muster.store.Store;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A {@link ProcessGroup} whose ranks exchange data by Gloo's protocol: a {@link GlooBackend} and a
 * timeout. Views of one group, which differ in their timeouts only, share the backend.
 */
final class GlooProcessGroup implements ProcessGroup {
  private final GlooBackend backend;
  private final List<Integer> ranks;
  private final Store store;
  private final int maxObjectBytes;
  private final Consumer<ProcessGroup> whenClosed;
  private final Duration timeout;
  private final Collectives collectives;
  private final PointToPoint messages;

  /**
   * The group that {@link #withTimeout} was first called on; this one if it is no result of that.
   */
  private final ProcessGroup original;

  /**
   * A group with the timeout of its backend.
   *
   * @param ranks the world ranks of the members, by rank in the group
   * @param store the group's part of the store
   * @param whenClosed called with this group once it or one of its views has been closed
   */
  GlooProcessGroup(
      GlooBackend backend,
      List<Integer> ranks,
      Store store,
      int maxObjectBytes,
      Consumer<ProcessGroup> whenClosed) {
    this.backend = backend;
    this.ranks = List.copyOf(ranks);
    this.store = store;
    this.maxObjectBytes = maxObjectBytes;
    this.whenClosed = whenClosed;
    this.timeout = backend.timeout();
    this.collectives = new Collectives(backend);
    this.messages = new PointToPoint(backend);
    this.original = this;
  }

  private GlooProcessGroup(GlooProcessGroup other, Duration timeout) {
    this.backend = other.backend;
    this.ranks = other.ranks;
    this.store = other.store;
    this.maxObjectBytes = other.maxObjectBytes;
    this.whenClosed = other.whenClosed;
    this.timeout = timeout;
    this.collectives = other.collectives;
    this.messages = other.messages;
    this.original = other.original;
  }

  @Override
  public int rank() {
    return backend.rank();
  }

  @Override
  public int size() {
    return backend.size();
  }

  @Override
  public List<Integer> ranks() {
    return ranks;
  }

  @Override
  public String name() {
    return backend.name();
  }

  @Override
  public Store store() {
    return store;
  }

  @Override
  public Duration timeout() {
    return timeout;
  }

  @Override
  public ProcessGroup withTimeout(Duration newTimeout) {
    return new GlooProcessGroup(this, Deadline.requireNotNegative(newTimeout));
  }

  @Override
  public AsyncProcessGroup async() {
    return new GlooAsyncProcessGroup(collectives, messages, timeout);
  }

  @Override
  public void broadcast(Tensor tensor, int root) {
    collectives.broadcast(tensor, root).run(timeout);
  }

  @Override
  public void allReduce(Tensor tensor, ReduceOp op) {
    collectives.allReduce(tensor, op).run(timeout);
  }

  @Override
  public void allReduceCoalesced(List<Tensor> tensors, ReduceOp op) {
    collectives.allReduceCoalesced(tensors, op).run(timeout);
  }

  @Override
  public void reduce(Tensor tensor, int root, ReduceOp op) {
    collectives.reduce(tensor, root, op).run(timeout);
  }

  @Override
  public void allGather(Tensor output, Tensor input) {
    collectives.allGather(output, input).run(timeout);
  }

  @Override
  public void allGather(List<Tensor> outputs, Tensor input) {
    collectives.allGather(outputs, input).run(timeout);
  }

  @Override
  public void gather(List<Tensor> outputs, Tensor input, int root) {
    collectives.gather(outputs, input, root).run(timeout);
  }

  @Override
  public void scatter(Tensor output, List<Tensor> inputs, int root) {
    collectives.scatter(output, inputs, root).run(timeout);
  }

  @Override
  public void reduceScatter(Tensor output, Tensor input, ReduceOp op) {
    collectives.reduceScatter(output, input, op).run(timeout);
  }

  @Override
  public void reduceScatter(Tensor output, List<Tensor> inputs, ReduceOp op) {
    collectives.reduceScatter(output, inputs, op).run(timeout);
  }

  @Override
  public void allToAll(Tensor output, Tensor input) {
    collectives.allToAll(output, input).run(timeout);
  }

  @Override
  public void allToAll(
      Tensor output, List<Integer> outputSplits, Tensor input, List<Integer> inputSplits) {
    collectives.allToAll(output, outputSplits, input, inputSplits).run(timeout);
  }

  @Override
  public void barrier() {
    collectives.barrier().run(timeout);
  }

  @Override
  public void monitoredBarrier(Duration limit, boolean waitForAllRanks) {
    // Before the call gets its number, which the other ranks count too.
    Duration checked = Deadline.requireNotNegative(limit);
    messages.monitoredBarrier(waitForAllRanks).run(checked);
  }

  @Override
  public void send(Tensor tensor, int destination, int tag) {
    backend.whileOpen(() -> messages.send(tensor, destination, tag, timeout).awaitBlocking());
  }

  @Override
  public void recv(Tensor tensor, int source, int tag) {
    backend.whileOpen(() -> messages.recv(tensor, source, tag, timeout).awaitBlocking());
  }

  @Override
  public int recvAnySource(Tensor tensor, int tag) {
    MessageWork work = messages.recvAnySource(tensor, tag, timeout);
    backend.whileOpen(work::awaitBlocking);
    return work.sourceRank().orElseThrow();
  }

  @Override
  public <T> List<T> allGatherObject(T value, ObjectCodec<T> codec) {
    return new ObjectExchange(this, maxObjectBytes).allGather(value, codec);
  }

  @Override
  public <T> T broadcastObject(@Nullable T value, int root, ObjectCodec<T> codec) {
    return new ObjectExchange(this, maxObjectBytes).broadcast(value, root, codec);
  }

  @Override
  public void abort() {
    backend.abort();
  }

  @Override
  public void close() {
    if (backend.close()) {
      whenClosed.accept(original);
    }
  }

  @Override
  public String toString() {
    return "ProcessGroup(" + backend + ")";
  }
}
