package io.muster.rpc.internal.engine;

import io.muster.rpc.RemoteRef;
import io.muster.rpc.RpcAgent;
import io.muster.rpc.RpcCodec;
import io.muster.rpc.internal.refs.OwnedObjects;
import io.muster.rpc.internal.wire.ObjectId;
import io.muster.rpc.internal.world.WorkerInfo;

/** Gives tests access to the inside of agents and references. */
public final class AgentInternals {
  private AgentInternals() {}

  /** What an agent knows of a worker. */
  public static WorkerInfo info(RpcAgent agent, int rank) {
    return ((LocalAgent) agent).world().byRank(rank).orElseThrow();
  }

  /** The objects that an agent owns. */
  public static OwnedObjects owned(RpcAgent agent) {
    return ((LocalAgent) agent).owned();
  }

  /** What an agent reads and writes references of a message with. */
  public static RpcCodec.References newMessage(RpcAgent agent) {
    return ((LocalAgent) agent).caller().newMessage();
  }

  /** The identifier of a referenced object. */
  public static ObjectId id(RemoteRef<?> reference) {
    return ((ReferenceHandle<?>) reference).id();
  }
}
