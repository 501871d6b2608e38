package io.muster.rpc.internal.engine;

import io.muster.rpc.RemoteRef;
import io.muster.rpc.RpcAgent;
import io.muster.rpc.RpcCodec;
import io.muster.rpc.internal.refs.OwnedObjects;
import io.muster.rpc.internal.wire.ObjectId;
import io.muster.rpc.internal.world.WorkerInfo;

/** Gives tests access to the internals of agents and references. */
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

  /** Reads and writes the references of a message for an agent. */
  public static RpcCodec.References newMessage(RpcAgent agent) {
    return ((LocalAgent) agent).caller().newMessage();
  }

  /** The identifier of a referenced object. */
  public static ObjectId id(RemoteRef<?> reference) {
    return ((ReferenceHandle<?>) reference).id();
  }
}
