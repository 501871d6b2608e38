/**
 * Calls between the named workers of a world, and references to objects on them: {@code
 * torch.distributed.rpc} for JVM processes. {@link io.muster.rpc.Rpc#init} makes this process a
 * worker. Its {@link io.muster.rpc.RpcAgent} finds other workers, a {@link io.muster.rpc.Worker} is
 * for calling one, and a {@link io.muster.rpc.RemoteRef} refers to an object on one.
 */
package io.muster.rpc;
