package io.muster.rpc;

/**
 * A reference to an object on a worker, which may be this process itself. Mirrors PyTorch's {@code
 * RRef}. A reference can be sent to other workers as an argument, as a result, or inside of one.
 * Thread-safe.
 *
 * <pre>{@code
 * try (RemoteRef<Counter> counter = worker.remote(Counter.class, "newCounter")) {
 *   counter.service(Counter.class).add(1); // runs where the object is
 *   other.call(void.class, "use", counter); // a third worker may keep the reference
 * }
 * }</pre>
 *
 * <p>The owner releases the object after the last reference on any worker has been closed, has
 * become unreachable, or belonged to a worker that has died. {@link RpcOptions#keepAlive} decides
 * how soon the owner detects that a worker has died.
 *
 * <p>The calls of a reference throw the exceptions that {@link Worker} describes. Their timeout is
 * {@link RpcOptions#timeout} of this process.
 *
 * @param <T> the type of the object, or an interface of it
 */
public interface RemoteRef<T> extends AutoCloseable {
  /** The worker that has the object. Mirrors PyTorch's {@code owner}. Does not block. */
  Worker owner();

  /**
   * Returns a proxy that calls the object's methods of an interface. The owner must have allowed
   * the interface with {@link RpcOptions.Builder#objects}. Mirrors PyTorch's {@code
   * rref.rpc_sync()} and {@code rref.rpc_async()}. {@link Worker#service} describes which methods
   * block. The proxy keeps this reference reachable. After {@link #close} its methods throw {@link
   * IllegalStateException}.
   *
   * @throws IllegalArgumentException if the type is not an interface
   */
  T service(Class<T> type);

  /**
   * Copies the object to this process, even if this process owns it. Blocks until the copy has
   * arrived or the timeout is exceeded. Mirrors PyTorch's {@code to_here}.
   *
   * @param type the class of the copy, or an interface of it
   * @throws RpcException if the object cannot be sent, no longer exists, or is of another type, or
   *     as described at {@link Worker}
   * @throws IllegalStateException if this reference is closed
   */
  T fetch(Class<T> type);

  /**
   * Releases this reference. Does not block: the owner is notified later. Closing again has no
   * effect.
   */
  @Override
  void close();
}
