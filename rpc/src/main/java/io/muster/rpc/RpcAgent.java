package io.muster.rpc;

import java.time.Duration;
import java.util.List;

/**
 * This process as a worker. It calls other workers and answers their calls. {@link Rpc#init} makes
 * one. Thread-safe.
 *
 * <pre>{@code
 * try (RpcAgent agent = Rpc.init("trainer0", options)) {
 *   int sum = agent.worker("master").call(int.class, "add", 1, 2);
 *   agent.shutdown();
 * }
 * }</pre>
 *
 * <p>{@link #shutdown()} waits for the other workers before it closes this one. {@link #close}
 * closes this worker at once.
 */
public interface RpcAgent extends AutoCloseable {
  /** The name of this worker. */
  String name();

  /** The rank of this worker. */
  int rank();

  /**
   * All workers of the world, including this one, ordered by rank. In a world without a fixed size
   * these are the workers that have joined and not left; the store is asked each time.
   */
  List<Worker> workers();

  /**
   * Returns a worker by name. It may be this one.
   *
   * @throws IllegalArgumentException if there is no such worker
   */
  Worker worker(String name);

  /**
   * Returns a worker by rank. It may be this one.
   *
   * @throws IllegalArgumentException if there is no such worker
   */
  Worker worker(int rank);

  /** The default timeout of calls. */
  Duration timeout();

  /** The number of objects of this worker that references exist to, on any worker. */
  int ownedObjects();

  /**
   * Makes a reference to an object of this worker, which can be sent to other workers. Mirrors
   * PyTorch's {@code RRef(value)}.
   */
  <T> RemoteRef<T> share(T object);

  /**
   * {@linkplain #shutdown(Duration) Shuts down} with the default {@link #timeout} of calls.
   *
   * @throws WorkerLostException if another worker cannot be reached
   * @throws RpcTimeoutException if the timeout is exceeded
   * @throws RpcInterruptedException if the thread is interrupted
   */
  default void shutdown() {
    shutdown(timeout());
  }

  /**
   * Waits for the other workers, then closes this worker, also if the wait fails. Mirrors PyTorch's
   * {@code shutdown(graceful=True)}. Returns at once if this worker is closed.
   *
   * <p>In a world of fixed size this blocks until all workers have called it and no call is in
   * flight on any of them. Meanwhile this worker answers calls. In a world without a fixed size
   * this worker leaves: it blocks until the calls that it has made and those that it is answering
   * have ended, and refuses new ones.
   *
   * @throws WorkerLostException if another worker cannot be reached
   * @throws RpcTimeoutException if the timeout is exceeded; the message names the missing workers
   * @throws RpcInterruptedException if the thread is interrupted
   */
  void shutdown(Duration timeout);

  /**
   * Closes this worker without notifying the others. Calls in flight of this worker fail with
   * {@link WorkerLostException} before this returns. Closing again has no effect.
   */
  @Override
  void close();
}
