package io.muster.rpc.internal.engine;

import io.muster.rpc.RemoteRef;
import io.muster.rpc.Worker;
import io.muster.rpc.internal.world.WorkerInfo;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A worker with the means to call it. */
final class WorkerHandle implements Worker {
  private final Caller caller;
  private final WorkerInfo info;
  private final Duration timeout;

  WorkerHandle(Caller caller, WorkerInfo info, Duration timeout) {
    this.caller = caller;
    this.info = info;
    this.timeout = timeout;
  }

  @Override
  public String name() {
    return info.name();
  }

  @Override
  public int rank() {
    return info.rank();
  }

  @Override
  public Duration timeout() {
    return timeout;
  }

  @Override
  public Worker withTimeout(Duration limit) {
    if (limit.isNegative() || limit.isZero()) {
      throw new IllegalArgumentException("timeout must be positive but was " + limit);
    }
    return new WorkerHandle(caller, info, limit);
  }

  @Override
  public <T> T call(Class<T> type, String function, @Nullable Object... arguments) {
    return caller.call(target(function), arguments, timeout, type);
  }

  @Override
  public <T> CompletableFuture<T> callAsync(
      Class<T> type, String function, @Nullable Object... arguments) {
    return caller.callAsync(target(function), arguments, timeout, type);
  }

  @Override
  public <T> T service(Class<T> type) {
    return ServiceProxy.of(caller, info, Optional.empty(), type, timeout);
  }

  @Override
  public <T> RemoteRef<T> remote(Class<T> type, String function, @Nullable Object... arguments) {
    return caller.create(info, function, arguments, timeout);
  }

  private CallTarget target(String function) {
    return CallTarget.ofFunction(info, function);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof WorkerHandle worker
        && info.equals(worker.info)
        && timeout.equals(worker.timeout);
  }

  @Override
  public int hashCode() {
    return Objects.hash(info, timeout);
  }

  @Override
  public String toString() {
    return "Worker(" + info + ")";
  }
}
