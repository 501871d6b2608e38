package io.muster.rpc;

import io.grpc.Status;
import io.muster.rpc.internal.refs.OwnedObjects;
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
 * The objects that this worker refers to. For each, its owner hears once that this worker holds it
 * and once that it no longer does, however many references to it there are here. Thread-safe.
 */
final class HeldObjects {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final int rank;
  private final OwnedObjects owned;
  private final Messenger messenger;
  private final Map<ObjectId, Held> held = new HashMap<>();
  private final AtomicLong numbers = new AtomicLong(RANDOM.nextLong() >>> 2);

  /** How the owner of an object is told something. */
  interface Messenger {
    /** Tells it; the outcome is heard of on any thread, which must not be held up. */
    void tell(WorkerInfo worker, Control message, ResponseListener outcome);
  }

  private static final class Held {
    final WorkerInfo owner;
    final long hold;
    final CompletableFuture<Boolean> known = new CompletableFuture<>();
    int shares;

    Held(WorkerInfo owner, long hold) {
      this.owner = owner;
      this.hold = hold;
    }
  }

  HeldObjects(int rank, OwnedObjects owned, Messenger messenger) {
    this.rank = rank;
    this.owned = owned;
    this.messenger = messenger;
  }

  /** A name for an object that this worker has made, or asks another one to make. */
  ObjectId newId() {
    return new ObjectId(rank, nextNumber());
  }

  /** A number larger than those before, which cannot be guessed from earlier ones. */
  private long nextNumber() {
    return numbers.addAndGet(1 + Integer.toUnsignedLong(RANDOM.nextInt()));
  }

  /** Takes the first share in an object that the owner knows this worker to hold, or will. */
  synchronized void created(WorkerInfo owner, ObjectId id) {
    Held first = new Held(owner, id.number());
    first.shares = 1;
    first.known.complete(true);
    held.put(id, first);
  }

  /**
   * Takes a share.
   *
   * @return what is complete once the owner knows
   */
  CompletableFuture<Boolean> share(WorkerInfo owner, ObjectId id) {
    Held holding;
    synchronized (this) {
      Held there = held.get(id);
      if (there != null) {
        there.shares++;
        return there.known;
      }
      holding = new Held(owner, nextNumber());
      holding.shares = 1;
      held.put(id, holding);
    }
    try {
      register(owner, id, holding);
    } catch (Throwable e) {
      // Callers that wait for the owner's confirmation would wait for ever.
      holding.known.completeExceptionally(gone(owner, e));
    }
    return holding.known;
  }

  private void register(WorkerInfo owner, ObjectId id, Held holding) {
    if (owner.rank() == rank) {
      if (owned.hold(id, rank, holding.hold)) {
        holding.known.complete(true);
      } else {
        holding.known.completeExceptionally(gone(owner, null));
      }
    } else {
      messenger.tell(owner, message(Kind.HOLD, owner, id, holding.hold), outcome(holding));
    }
  }

  /** Gives a share back; with the last one, the owner is told. */
  void giveBack(ObjectId id) {
    Held last;
    synchronized (this) {
      last = held.get(id);
      if (last == null || --last.shares > 0) {
        return;
      }
      held.remove(id);
    }
    Held holding = last;
    // Not before the owner knows of the hold, which this message must not overtake.
    CompletableFuture<?> unused =
        holding.known.whenComplete((known, failure) -> release(holding, id));
  }

  private void release(Held holding, ObjectId id) {
    if (holding.owner.rank() == rank) {
      owned.release(id, rank, holding.hold);
    } else {
      messenger.tell(
          holding.owner, message(Kind.RELEASE, holding.owner, id, holding.hold), NOTHING);
    }
  }

  private Control message(Kind kind, WorkerInfo owner, ObjectId id, long hold) {
    return new Control(kind, owner.incarnation(), rank, id, hold);
  }

  private static RpcException gone(WorkerInfo owner, @Nullable Throwable cause) {
    return new RpcException(
        String.format(Locale.ROOT, "an object of worker %s that is referred to is gone", owner),
        owner.name(),
        "reference",
        cause);
  }

  private static ResponseListener outcome(Held holding) {
    return new ResponseListener() {
      @Override
      public void answered(byte[] message) {
        holding.known.complete(true);
      }

      @Override
      public void failed(Status status) {
        holding.known.completeExceptionally(gone(holding.owner, null));
      }
    };
  }

  /** For messages whose outcome changes nothing. */
  static final ResponseListener NOTHING =
      new ResponseListener() {
        @Override
        public void answered(byte[] message) {}

        @Override
        public void failed(Status status) {}
      };
}
