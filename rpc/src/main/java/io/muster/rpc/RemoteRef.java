package io.muster.rpc;

import io.muster.rpc.internal.wire.ObjectId;
import io.muster.rpc.internal.world.Member;

/** An object on another worker. */
@SuppressWarnings("UnusedTypeParameter")
public final class RemoteRef<T> {
  private final Member owner;
  private final ObjectId id;

  RemoteRef(Member owner, ObjectId id) {
    this.owner = owner;
    this.id = id;
  }

  Member owner() {
    return owner;
  }

  ObjectId id() {
    return id;
  }
}
