package io.muster.collectives;

import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;

/**
 * An operation in flight, which a caller can wait for; PyTorch's {@code Work}. Until it is done,
 * the caller must not write the memory that the operation reads, nor access the memory that it
 * writes. Thread-safe.
 *
 * <pre>{@code
 * static void overlap(ProcessGroup group, float[] gradients, Runnable computation) {
 *   Work work = group.async().allReduce(Tensor.of(gradients), ReduceOp.SUM);
 *   computation.run();
 *   work.await();
 * }
 * }</pre>
 */
public interface Work {
  /**
   * Blocks until the operation is done, or fails because its timeout has passed. That is the
   * timeout that it was started with: the timeout of its group, or of the view of the group ({@link
   * ProcessGroup#withTimeout}). As in PyTorch, the timeout of a collective begins when it starts to
   * run, which is after earlier asynchronous collectives of the group. The timeout of a {@code
   * recv} or {@code send} begins with this call.
   *
   * @throws CollectiveException if the operation failed
   * @throws CollectiveTimeoutException if the operation was not done in time; the operation then
   *     fails, and its group is unusable
   * @throws CollectiveInterruptedException if this thread is interrupted; the operation goes on
   */
  void await();

  /**
   * Blocks until the operation is done, at most for {@code timeout} from now on.
   *
   * @throws IllegalArgumentException if the timeout is negative; the operation goes on
   * @throws CollectiveException if the operation failed
   * @throws CollectiveTimeoutException if the operation was not done in time; the operation then
   *     fails, and its group is unusable
   * @throws CollectiveInterruptedException if this thread is interrupted; the operation goes on
   */
  void await(Duration timeout);

  /** Whether the operation is done or has failed. */
  boolean isDone();

  /**
   * A stage that completes when the operation is done, or exceptionally with a {@link
   * CollectiveException} when it has failed; PyTorch's {@code get_future}. Dependent actions run on
   * a pool of up to 16 threads of the group, and may wait for other operations of the group. The
   * stage of a {@code recv} or {@code send} has no timeout.
   */
  CompletionStage<Void> stage();

  /**
   * The rank in the group that sent the received message. Empty unless the operation is a {@code
   * recv} or {@code recvAnySource} whose sender is known.
   */
  default OptionalInt sourceRank() {
    return OptionalInt.empty();
  }
}
