package io.muster.rpc;

import io.muster.rpc.Caller.Target;
import io.muster.rpc.internal.world.WorkerInfo;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A worker of the world, to be called. Every call runs at most once, and may last as long as {@link
 * #timeout} says; a call that is made while another is handled lasts no longer than that one may.
 * Immutable and thread-safe.
 *
 * <p>A call throws, or its future is completed with, {@link RemoteException} if what was called
 * threw, {@link RpcTimeoutException}, {@link WorkerLostException}, {@link RpcRejectedException},
 * {@link UnknownFunctionException}, or else {@link RpcException}.
 */
public final class Worker {
  private final RpcAgent agent;
  private final WorkerInfo member;
  private final Duration timeout;

  Worker(RpcAgent agent, WorkerInfo member, Duration timeout) {
    this.agent = agent;
    this.member = member;
    this.timeout = timeout;
  }

  /** Its name. */
  public String name() {
    return member.name();
  }

  /** Its rank. */
  public int rank() {
    return member.rank();
  }

  /** How long a call may take. */
  public Duration timeout() {
    return timeout;
  }

  /** The same worker, with calls that may take so long. */
  public Worker withTimeout(Duration timeout) {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("timeout must be positive but was " + timeout);
    }
    return new Worker(agent, member, timeout);
  }

  /**
   * Calls a function by name and waits for its result; PyTorch's {@code rpc_sync}.
   *
   * @param type what the result is, or {@code void.class}
   * @throws IllegalArgumentException if an argument is of a class that is not registered
   */
  public <T> T call(Class<T> type, String function, @Nullable Object... arguments) {
    return agent.caller().call(target(function), arguments, timeout, type);
  }

  /** Calls a function by name; PyTorch's {@code rpc_async}. Cancelling the future cancels it. */
  public <T> CompletableFuture<T> callAsync(
      Class<T> type, String function, @Nullable Object... arguments) {
    return agent.caller().callAsync(target(function), arguments, timeout, type);
  }

  /**
   * The implementation of an interface that this worker has registered. Methods that return a
   * {@link java.util.concurrent.CompletionStage} do not block, on either side; cancelling what they
   * return, a {@link CompletableFuture}, cancels the call. The others block until there is a
   * result. Both sides need the same interface: a method whose name, parameters or return type
   * differ there is an {@link UnknownFunctionException}.
   *
   * @throws IllegalArgumentException if it is not an interface
   */
  public <T> T service(Class<T> type) {
    return ServiceProxy.of(agent, member, Optional.empty(), type, timeout);
  }

  /**
   * Calls a function by name and leaves its result on this worker; PyTorch's {@code remote}. Blocks
   * until the object is there.
   *
   * @param type what the caller will take the object for: an interface of it, or its class
   */
  public <T> RemoteRef<T> remote(Class<T> type, String function, @Nullable Object... arguments) {
    return agent.create(member, function, arguments, timeout);
  }

  private Target target(String function) {
    return Target.of(member, function, function);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Worker worker
        && member.equals(worker.member)
        && timeout.equals(worker.timeout);
  }

  @Override
  public int hashCode() {
    return Objects.hash(member, timeout);
  }

  @Override
  public String toString() {
    return "Worker(" + member + ")";
  }
}
