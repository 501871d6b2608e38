package io.muster.rpc;

import io.muster.rpc.internal.wire.ObjectId;
import io.muster.rpc.internal.world.WorkerInfo;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The references in one message. Whoever sends one has a share in the object until the receiver is
 * known to hold it; whoever receives one waits until the owner knows.
 */
final class MessageReferences implements RpcCodec.References {
  private final RpcAgent agent;
  private final List<ObjectId> sent = new ArrayList<>();
  private final List<CompletableFuture<Boolean>> received = new ArrayList<>();

  MessageReferences(RpcAgent agent) {
    this.agent = agent;
  }

  @Override
  public byte[] write(RemoteRef<?> reference) {
    reference.requireOpen();
    CompletableFuture<Boolean> unused = agent.held().share(reference.ownerMember(), reference.id());
    sent.add(reference.id());
    return ByteBuffer.allocate(BYTES)
        .putInt(reference.ownerMember().rank())
        .putInt(reference.id().creator())
        .putLong(reference.id().number())
        .array();
  }

  @Override
  public RemoteRef<?> read(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    int rank = in.getInt();
    WorkerInfo owner =
        agent
            .world()
            .byRank(rank)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        String.format(Locale.ROOT, "a reference to worker %d", rank)));
    ObjectId id = new ObjectId(in.getInt(), in.getLong());
    received.add(agent.held().share(owner, id));
    return new RemoteRef<>(agent, owner, id, () -> agent.held().giveBack(id));
  }

  /** Whether references were written. */
  boolean hasSent() {
    return !sent.isEmpty();
  }

  /** Gives back the shares of what was sent. */
  void receiverHolds() {
    sent.forEach(agent.held()::giveBack);
    sent.clear();
  }

  /**
   * Blocks until the owners know of all that was read.
   *
   * @throws RpcException if an object is gone, or its owner cannot be reached in time
   */
  void awaitKnown(long nanos) throws InterruptedException {
    long deadline = System.nanoTime() + Math.min(nanos, Long.MAX_VALUE / 2);
    for (CompletableFuture<Boolean> known : received) {
      try {
        Boolean unused = known.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RpcException cause) {
          throw cause;
        }
        throw new IllegalStateException("a hold failed unexpectedly", e);
      } catch (TimeoutException e) {
        throw new RpcException(
            "the owner of an object that is referred to does not answer", "", "reference", e);
      }
    }
  }
}
