/**
 * Calls between the named workers of a world. {@link io.muster.rpc.Rpc#init} makes this process one
 * of them; {@link io.muster.rpc.RpcAgent} finds the others, {@link io.muster.rpc.Worker} calls one,
 * and {@link io.muster.rpc.RemoteRef} stands for an object that lives on one.
 */
package io.muster.rpc;
