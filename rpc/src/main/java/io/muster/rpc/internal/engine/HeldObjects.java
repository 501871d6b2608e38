package io.muster.rpc.internal.engine;

import io.muster.rpc.RpcException;
import io.muster.rpc.internal.refs.OwnedObjects;
import io.muster.rpc.internal.transport.CallFailure;
import io.muster.rpc.internal.transport.ResponseListener;
import io.muster.rpc.internal.wire.Control;
import io.muster.rpc.internal.wire.Control.Kind;
import io.muster.rpc.internal.wire.ObjectId;
import io.muster.rpc.internal.world.WorkerInfo;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The objects that this worker holds, with a number of shares for each: one per reference and per
 * message in flight. The owner is told with the first share and with the end of the last one.
 * Thread-safe.
 */
final class HeldObjects {
  /** What exceptions about references name as the function. */
  static final String FUNCTION = "reference";

  /** For messages whose outcome does not matter. */
  static final ResponseListener IGNORE =
      new ResponseListener() {
        @Override
        public void answered(byte[] message) {}

        @Override
        public void failed(CallFailure failure) {}
      };

  private static final SecureRandom RANDOM = new SecureRandom();

  private final int rank;
  private final OwnedObjects owned;
  private final ControlMessenger messenger;
  private final Map<ObjectId, Holding> holdings = new HashMap<>();
  private final AtomicLong numbers = new AtomicLong(RANDOM.nextLong() >>> 2);

  private static final class Holding {
    final WorkerInfo owner;
    final long number;
    final CompletableFuture<Boolean> registration = new CompletableFuture<>();
    int shares = 1;

    Holding(WorkerInfo owner, long number) {
      this.owner = owner;
      this.number = number;
    }
  }

  /**
   * Holds nothing yet.
   *
   * @param rank the rank of this worker
   * @param owned the objects of this worker, which it may hold, too
   */
  HeldObjects(int rank, OwnedObjects owned, ControlMessenger messenger) {
    this.rank = rank;
    this.owned = owned;
    this.messenger = messenger;
  }

  /** Makes an identifier for an object that this worker creates, or asks another one to create. */
  ObjectId newId() {
    return new ObjectId(rank, nextNumber());
  }

  /** A number that is larger than all before and cannot be guessed from them. */
  private long nextNumber() {
    return numbers.addAndGet(1 + Integer.toUnsignedLong(RANDOM.nextInt()));
  }

  /** Takes the first share in an object whose owner registers this worker when it creates it. */
  synchronized void created(WorkerInfo owner, ObjectId id) {
    Holding first = new Holding(owner, id.number());
    first.registration.complete(true);
    holdings.put(id, first);
  }

  /**
   * Takes a share in an object.
   *
   * @return a future that is completed when the owner has registered this worker, or completed with
   *     an {@link RpcException} if the object no longer exists or the owner does not answer
   */
  CompletableFuture<Boolean> share(WorkerInfo owner, ObjectId id) {
    Holding first;
    synchronized (this) {
      Holding known = holdings.get(id);
      if (known != null) {
        known.shares++;
        return known.registration;
      }
      first = new Holding(owner, nextNumber());
      holdings.put(id, first);
    }
    try {
      register(owner, id, first);
    } catch (Throwable e) {
      // Otherwise callers would wait forever for the registration.
      first.registration.completeExceptionally(gone(owner, e));
    }
    return first.registration;
  }

  private void register(WorkerInfo owner, ObjectId id, Holding holding) {
    if (owner.rank() == rank) {
      if (owned.hold(id, rank, holding.number)) {
        holding.registration.complete(true);
      } else {
        holding.registration.completeExceptionally(gone(owner, null));
      }
    } else {
      messenger.send(owner, message(Kind.HOLD, owner, id, holding.number), outcome(holding));
    }
  }

  /** Gives a share back. The owner is told when it was the last one. */
  void giveBack(ObjectId id) {
    Holding last;
    synchronized (this) {
      last = holdings.get(id);
      if (last == null || --last.shares > 0) {
        return;
      }
      holdings.remove(id);
    }
    Holding holding = last;
    // The release must not overtake the registration.
    CompletableFuture<?> unused =
        holding.registration.whenComplete((done, failure) -> release(holding, id));
  }

  private void release(Holding holding, ObjectId id) {
    if (holding.owner.rank() == rank) {
      owned.release(id, rank, holding.number);
    } else {
      messenger.send(
          holding.owner, message(Kind.RELEASE, holding.owner, id, holding.number), IGNORE);
    }
  }

  private Control message(Kind kind, WorkerInfo owner, ObjectId id, long number) {
    return new Control(kind, owner.incarnation(), rank, id, number);
  }

  private static RpcException gone(WorkerInfo owner, @Nullable Throwable cause) {
    return new RpcException(
        String.format(Locale.ROOT, "a referenced object of worker %s is gone", owner),
        owner.name(),
        FUNCTION,
        cause);
  }

  private static RpcException notRegistered(WorkerInfo owner, CallFailure failure) {
    if (failure.kind() == CallFailure.Kind.OBJECT_GONE) {
      return gone(owner, null);
    }
    String seen =
        failure.description().isEmpty()
            ? failure.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ')
            : failure.description();
    return new RpcException(
        String.format(
            Locale.ROOT,
            "a reference was not registered with its owner, worker %s: %s",
            owner,
            seen),
        owner.name(),
        FUNCTION,
        failure.cause());
  }

  private static ResponseListener outcome(Holding holding) {
    return new ResponseListener() {
      @Override
      public void answered(byte[] message) {
        holding.registration.complete(true);
      }

      @Override
      public void failed(CallFailure failure) {
        holding.registration.completeExceptionally(notRegistered(holding.owner, failure));
      }
    };
  }
}
