package io.muster.rpc;

import org.jspecify.annotations.Nullable;

/** A function that other workers call by name. Called by several threads at once. */
@FunctionalInterface
public interface RpcFunction {
  /**
   * Computes the result. If it returns a {@link java.util.concurrent.CompletionStage}, the call
   * ends when the stage is complete, and no thread waits for it. The thread is interrupted when the
   * caller gives up.
   *
   * @throws Exception of any class; the caller gets a {@link RemoteException} that describes it
   */
  @Nullable Object call(@Nullable Object[] arguments) throws Exception;
}
