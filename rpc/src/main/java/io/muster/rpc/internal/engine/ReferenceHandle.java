package io.muster.rpc.internal.engine;

import io.muster.rpc.RemoteRef;
import io.muster.rpc.Worker;
import io.muster.rpc.internal.wire.ObjectId;
import io.muster.rpc.internal.world.WorkerInfo;
import java.lang.ref.Cleaner;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** A reference with the means to call the object's methods. It has one share in the object. */
final class ReferenceHandle<T> implements RemoteRef<T> {
  private static final Cleaner CLEANER = Cleaner.create();
  private static final Object[] NO_ARGUMENTS = {};

  private final Caller caller;
  private final Duration timeout;
  private final WorkerInfo owner;
  private final ObjectId id;
  private final Release release;
  private final Cleaner.Cleanable cleanable;

  /** Gives the share back, once. It must not refer to the handle, which would stay reachable. */
  private static final class Release implements Runnable {
    private final Runnable giveBack;
    private final AtomicBoolean isReleased = new AtomicBoolean();

    Release(Runnable giveBack) {
      this.giveBack = giveBack;
    }

    @Override
    public void run() {
      if (isReleased.compareAndSet(false, true)) {
        giveBack.run();
      }
    }
  }

  /**
   * Takes over a share in an object.
   *
   * @param timeout the timeout of calls
   * @param giveBack gives the share back; must not refer to this object
   */
  ReferenceHandle(
      Caller caller, Duration timeout, WorkerInfo owner, ObjectId id, Runnable giveBack) {
    this.caller = caller;
    this.timeout = timeout;
    this.owner = owner;
    this.id = id;
    this.release = new Release(giveBack);
    this.cleanable = CLEANER.register(this, release);
  }

  @Override
  public Worker owner() {
    return new WorkerHandle(caller, owner, timeout);
  }

  @Override
  public T service(Class<T> type) {
    return ServiceProxy.of(caller, owner, Optional.of(this), type, timeout);
  }

  @Override
  public T fetch(Class<T> type) {
    return caller.call(
        CallTarget.ofObject(this, Functions.FETCH, "fetch of an object"),
        NO_ARGUMENTS,
        timeout,
        type);
  }

  @Override
  public void close() {
    cleanable.clean();
  }

  ObjectId id() {
    return id;
  }

  WorkerInfo ownerInfo() {
    return owner;
  }

  /**
   * Checks that the reference is not closed.
   *
   * @throws IllegalStateException if it is closed
   */
  void requireOpen() {
    if (release.isReleased.get()) {
      throw new IllegalStateException(this + " has been closed");
    }
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "RemoteRef(%d.%d on worker %s)", id.creator(), id.number(), owner);
  }
}
