package io.muster.rpc;

import org.jspecify.annotations.Nullable;

/** What other workers may call by a name. Called on several threads at once. */
@FunctionalInterface
public interface RpcFunction {
  /**
   * Computes the result; a {@link java.util.concurrent.CompletionStage} is the result once it is
   * complete. The thread is interrupted when the caller gives up.
   *
   * @throws Exception of any kind; the caller gets a {@link RemoteException} with its text
   */
  @Nullable Object call(@Nullable Object[] arguments) throws Exception;
}
