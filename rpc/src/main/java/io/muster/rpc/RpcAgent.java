package io.muster.rpc;

import java.time.Duration;
import java.util.List;

/**
 * This process as a worker. It calls other workers and answers their calls. {@link Rpc#init} makes
 * one. Thread-safe. Mirrors the functions of the module {@code torch.distributed.rpc}, which has
 * one agent per process; here a process may have several, each with a name of its own.
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
 *
 * <p>Handlers run on threads of the agent: on virtual threads if the JDK has them (21 and later),
 * else on daemon threads. The options of {@link RpcOptions.Builder} limit their number.
 */
public interface RpcAgent extends AutoCloseable {
  /** The name of this worker. */
  String name();

  /** The rank of this worker. */
  int rank();

  /**
   * All workers of the world, including this one, ordered by rank. In a world of fixed size this
   * does not block. In a world without a fixed size these are the workers that have joined and not
   * left; this blocks while it asks the store.
   *
   * @throws io.muster.store.MusterException if the store is asked and cannot be reached
   */
  List<Worker> workers();

  /**
   * Returns a worker by name. It may be this one. Blocks only while it asks the store, in a world
   * without a fixed size. Mirrors PyTorch's {@code get_worker_info}.
   *
   * @throws IllegalArgumentException if there is no such worker
   * @throws io.muster.store.MusterException if the store is asked and cannot be reached
   */
  Worker worker(String name);

  /**
   * Returns a worker by rank. It may be this one. Blocks only while it asks the store, in a world
   * without a fixed size.
   *
   * @throws IllegalArgumentException if there is no such worker
   * @throws io.muster.store.MusterException if the store is asked and cannot be reached
   */
  Worker worker(int rank);

  /** The default timeout of calls and of {@link #shutdown()}: {@link RpcOptions#timeout}. */
  Duration timeout();

  /**
   * The number of objects of this worker that references exist to, on any worker. An object counts
   * until its last holder has told this worker that it released it, or is known to have died.
   */
  int ownedObjects();

  /**
   * Makes a reference to an object of this worker, which can be sent to other workers. The object
   * is neither copied nor sent. The agent keeps it reachable until the last reference is released.
   * Does not block. Mirrors PyTorch's {@code RRef(value)}.
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
   * {@code shutdown(graceful=True, timeout)}. Returns at once if this worker is closed. Must not be
   * called by a handler: it would wait for itself.
   *
   * <p>In a world of fixed size this blocks until all workers have called it and no call is in
   * flight on any of them. Meanwhile this worker answers calls. In a world without a fixed size
   * this worker leaves: it blocks until the calls that it has made and those that it is answering
   * have ended, and refuses new ones.
   *
   * @param timeout how long the wait may take; if this process hosts the store, it then waits for
   *     the other workers to be done with the store, within the same timeout
   * @throws io.muster.store.MusterException if the store cannot be reached
   * @throws WorkerLostException if another worker cannot be reached
   * @throws RpcTimeoutException if the timeout is exceeded; the message names the missing workers
   * @throws RpcInterruptedException if the thread is interrupted
   */
  void shutdown(Duration timeout);

  /**
   * Closes this worker without notifying the others. Mirrors PyTorch's {@code
   * shutdown(graceful=False)}. Calls in flight of this worker fail with {@link WorkerLostException}
   * before this returns. Its handlers are interrupted; this does not wait for them. Closing again
   * has no effect.
   */
  @Override
  void close();
}
