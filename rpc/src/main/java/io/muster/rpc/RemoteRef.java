package io.muster.rpc;

import io.muster.rpc.Caller.Target;
import io.muster.rpc.internal.wire.ObjectId;
import io.muster.rpc.internal.world.WorkerInfo;
import java.lang.ref.Cleaner;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A reference to an object on a worker, perhaps on this one; PyTorch's {@code RRef}. It can be sent
 * to other workers as an argument, a result or a part of one. The owner frees the object when the
 * last reference anywhere is closed, is no longer reachable, or was held by a worker that has died.
 * Thread-safe.
 *
 * @param <T> the type of the object, or an interface of it
 */
public final class RemoteRef<T> implements AutoCloseable {
  private static final Cleaner CLEANER = Cleaner.create();
  private static final Object[] NO_ARGUMENTS = {};

  private final RpcAgent agent;
  private final WorkerInfo owner;
  private final ObjectId id;
  private final Lease lease;
  private final Cleaner.Cleanable cleanable;

  /** A share in this worker's hold on an object, which is given back once. */
  static final class Lease implements Runnable {
    private final Runnable giveBack;
    private final AtomicBoolean ended = new AtomicBoolean();

    Lease(Runnable giveBack) {
      this.giveBack = giveBack;
    }

    @Override
    public void run() {
      if (ended.compareAndSet(false, true)) {
        giveBack.run();
      }
    }
  }

  RemoteRef(RpcAgent agent, WorkerInfo owner, ObjectId id, Runnable giveBack) {
    this.agent = agent;
    this.owner = owner;
    this.id = id;
    this.lease = new Lease(giveBack);
    this.cleanable = CLEANER.register(this, lease);
  }

  /** The worker that has the object. */
  public Worker owner() {
    return agent.worker(owner);
  }

  /**
   * The object's methods of an interface, which the owner has named in {@link
   * RpcOptions.Builder#objects}; PyTorch's {@code rref.rpc_sync()} and {@code rpc_async()}. What
   * {@link Worker#service} says holds here too. The reference stays open as long as what is
   * returned is used, unless it is closed.
   */
  public T service(Class<T> type) {
    return ServiceProxy.of(agent, owner, Optional.of(this), type, agent.timeout());
  }

  /**
   * A copy of the object; PyTorch's {@code to_here}.
   *
   * @throws RpcException if the object cannot be sent, or is gone
   */
  public T fetch(Class<T> type) {
    Target target =
        new Target(
            owner, Functions.FETCH, "fetch of an object", Optional.of(this), Optional.empty());
    return agent.caller().call(target, NO_ARGUMENTS, agent.timeout(), type);
  }

  /** Lets go of the object. Closing again does nothing. */
  @Override
  public void close() {
    cleanable.clean();
  }

  ObjectId id() {
    return id;
  }

  WorkerInfo ownerMember() {
    return owner;
  }

  /**
   * Fails if the reference has been closed.
   *
   * @throws IllegalStateException if it has
   */
  void requireOpen() {
    if (lease.ended.get()) {
      throw new IllegalStateException(this + " has been closed");
    }
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "RemoteRef(%d.%d on worker %s)", id.creator(), id.number(), owner);
  }
}
