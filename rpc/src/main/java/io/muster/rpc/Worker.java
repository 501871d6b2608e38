package io.muster.rpc;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A worker of the world, for calling it. It may be this process itself. Immutable and thread-safe.
 *
 * <pre>{@code
 * Worker server = agent.worker("server");
 * int sum = server.call(int.class, "add", 1, 2);
 * CompletableFuture<Integer> later = server.callAsync(int.class, "add", 3, 4);
 * Adder adder = server.withTimeout(Duration.ofSeconds(5)).service(Adder.class);
 * }</pre>
 *
 * <p>A call runs at most once. It may take as long as {@link #timeout} says; then the caller gets
 * an exception and the handler is interrupted. A call that is made while its thread handles another
 * call has to end within the timeout of that call, too.
 *
 * <p>Arguments are encoded before a method returns or blocks; they may be changed afterwards. The
 * encoded arguments of a call, and its encoded result, have at most {@link
 * RpcOptions#maxMessageBytes} bytes.
 *
 * <p>A call throws one of these, or completes its future with it:
 *
 * <ul>
 *   <li>{@link RemoteException} if the function threw an exception
 *   <li>{@link RpcTimeoutException} if there was no response in time
 *   <li>{@link WorkerLostException} if the worker cannot be reached
 *   <li>{@link RpcRejectedException} if the worker is overloaded or the message is too large for it
 *   <li>{@link UnknownFunctionException} if the worker has no such function
 *   <li>{@link RpcInterruptedException} if the thread is interrupted while it blocks
 *   <li>{@link RpcException} in all other cases
 * </ul>
 */
public interface Worker {
  /** The name of the worker. */
  String name();

  /** The rank of the worker. */
  int rank();

  /**
   * How long a call may take. {@link RpcOptions#timeout} unless {@link #withTimeout} has set it.
   */
  Duration timeout();

  /**
   * Returns the same worker with another timeout for calls. Mirrors the {@code timeout} argument of
   * PyTorch's calls, but there is no value for an infinite one.
   *
   * @throws IllegalArgumentException if the timeout is not positive
   */
  Worker withTimeout(Duration timeout);

  /**
   * Calls a function by name and blocks until there is a result or the timeout is exceeded. Mirrors
   * PyTorch's {@code rpc_sync}.
   *
   * @param type the type of the result, or {@code void.class}
   * @throws RpcException as described at {@link Worker}
   * @throws IllegalArgumentException if an argument cannot be sent
   * @throws IllegalStateException if this agent is closed
   */
  <T> T call(Class<T> type, String function, @Nullable Object... arguments);

  /**
   * Calls a function by name without blocking. Mirrors PyTorch's {@code rpc_async}. Cancelling the
   * future cancels the call, on the other worker too. A thread of this agent that no other call
   * needs completes the future, so that functions attached to it may block. If this agent is closed
   * meanwhile, the closing thread completes it.
   *
   * @param type the type of the result, or {@code void.class}
   * @return a future of the result, or of an {@link RpcException} as described at {@link Worker}
   * @throws IllegalArgumentException if an argument cannot be sent
   * @throws IllegalStateException if this agent is closed
   */
  <T> CompletableFuture<T> callAsync(Class<T> type, String function, @Nullable Object... arguments);

  /**
   * Returns a proxy for the implementation of an interface that the worker has {@linkplain
   * RpcOptions.Builder#service registered}. Methods that return a {@link
   * java.util.concurrent.CompletionStage} block neither side; they return a {@link
   * CompletableFuture}, and cancelling it cancels the call. All other methods block until there is
   * a result.
   *
   * <p>Both sides need the same version of the interface: a method throws {@link
   * UnknownFunctionException} if its name, parameters or return type differ on the other side.
   *
   * @throws IllegalArgumentException if the type is not an interface
   */
  <T> T service(Class<T> type);

  /**
   * Calls a function by name and leaves its result on the worker. Mirrors PyTorch's {@code remote},
   * which returns before the object exists; this blocks until it exists or the timeout is exceeded.
   *
   * @param type the class of the object, or an interface of it; the other side does not check it
   * @return a reference, which the caller closes
   * @throws RpcException as described at {@link Worker}, also if the result is null
   * @throws IllegalArgumentException if an argument cannot be sent
   * @throws IllegalStateException if this agent is closed
   */
  <T> RemoteRef<T> remote(Class<T> type, String function, @Nullable Object... arguments);
}
