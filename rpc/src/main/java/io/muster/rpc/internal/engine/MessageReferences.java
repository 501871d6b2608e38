package io.muster.rpc.internal.engine;

import io.muster.rpc.RemoteRef;
import io.muster.rpc.RpcCodec;
import io.muster.rpc.RpcException;
import io.muster.rpc.internal.wire.ObjectId;
import io.muster.rpc.internal.world.WorkerInfo;
import io.muster.rpc.internal.world.World;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The references in one message. The sender keeps a share in each object until the receiver is
 * known to hold it. The receiver waits until each owner has registered it as a holder. Not
 * thread-safe.
 */
final class MessageReferences implements RpcCodec.References {
  private final World world;
  private final HeldObjects held;
  private final Caller caller;
  private final List<ObjectId> sent = new ArrayList<>();
  private final List<CompletableFuture<Boolean>> registrations = new ArrayList<>();

  /**
   * No references yet.
   *
   * @param caller makes calls on the references that are read
   */
  MessageReferences(World world, HeldObjects held, Caller caller) {
    this.world = world;
    this.held = held;
    this.caller = caller;
  }

  @Override
  public byte[] write(RemoteRef<?> reference) {
    if (!(reference instanceof ReferenceHandle<?> handle)) {
      throw new IllegalArgumentException(
          "a reference that no RpcAgent made: " + reference.getClass().getName());
    }
    handle.requireOpen();
    CompletableFuture<Boolean> unused = held.share(handle.ownerInfo(), handle.id());
    sent.add(handle.id());
    return ByteBuffer.allocate(BYTES)
        .putInt(handle.ownerInfo().rank())
        .putInt(handle.id().creator())
        .putLong(handle.id().number())
        .array();
  }

  @Override
  public RemoteRef<?> read(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    int rank = in.getInt();
    WorkerInfo owner =
        world
            .byRank(rank)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        String.format(Locale.ROOT, "a reference to worker %d", rank)));
    ObjectId id = new ObjectId(in.getInt(), in.getLong());
    registrations.add(held.share(owner, id));
    return caller.reference(owner, id);
  }

  /** Whether references were written. */
  boolean hasSent() {
    return !sent.isEmpty();
  }

  /** Gives back the shares in the objects whose references were written. */
  void giveBackSent() {
    sent.forEach(held::giveBack);
    sent.clear();
  }

  /**
   * Blocks until the owners have registered this worker for all references that were read.
   *
   * @throws RpcException if an object no longer exists, or its owner does not answer in time
   */
  void awaitRegistered(long nanos) throws InterruptedException {
    long deadline = System.nanoTime() + Math.min(nanos, Long.MAX_VALUE / 2);
    for (CompletableFuture<Boolean> registration : registrations) {
      try {
        Boolean unused = registration.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RpcException cause) {
          throw cause;
        }
        throw new IllegalStateException("a registration failed unexpectedly", e);
      } catch (TimeoutException e) {
        throw new RpcException(
            "the owner of a referenced object does not answer", "", HeldObjects.FUNCTION, e);
      }
    }
  }
}
