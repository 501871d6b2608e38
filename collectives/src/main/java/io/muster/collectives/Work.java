package io.muster.collectives;

import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;

/**
 * An operation that was started; PyTorch's {@code Work}. Until it is over its tensors belong to it:
 * those it reads may not be written, and those it writes not be touched. Thread-safe.
 */
public interface Work {
  /**
   * Waits until the operation is done, at most for the group's timeout.
   *
   * @throws CollectiveException if it failed
   * @throws CollectiveTimeoutException if it is not done in time; it fails then, and its group with
   *     it
   */
  void await();

  /**
   * Waits until the operation is done.
   *
   * @throws CollectiveException if it failed
   * @throws CollectiveTimeoutException if it is not done in time; it fails then, and its group with
   *     it
   * @throws CollectiveInterruptedException if this thread is interrupted; the operation goes on
   */
  void await(Duration timeout);

  /** Whether the operation is done, or has failed. */
  boolean isDone();

  /**
   * A view that completes when the operation is over, or exceptionally with a {@link
   * CollectiveException}. What depends on it runs on one of a few threads that the group keeps for
   * that, and may wait for other operations of the group.
   */
  CompletionStage<Void> stage();

  /** The rank in the group whose message a {@code recvAnySource} has received, once it is done. */
  default OptionalInt sourceRank() {
    return OptionalInt.empty();
  }
}
