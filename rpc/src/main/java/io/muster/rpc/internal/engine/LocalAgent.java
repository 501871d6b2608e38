package io.muster.rpc.internal.engine;

import io.muster.rpc.RemoteRef;
import io.muster.rpc.RpcAgent;
import io.muster.rpc.RpcInterruptedException;
import io.muster.rpc.Worker;
import io.muster.rpc.internal.refs.OwnedObjects;
import io.muster.rpc.internal.wire.ObjectId;
import io.muster.rpc.internal.world.WorkerInfo;
import io.muster.rpc.internal.world.World;
import io.muster.store.internal.text.PrintableText;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The agent of this process. {@link AgentStarter} builds it. */
final class LocalAgent implements RpcAgent {
  private final World world;
  private final Caller caller;
  private final HeldObjects held;
  private final OwnedObjects owned;
  private final Shutdown shutdown;
  private final Duration timeout;
  private final CloseStack resources;

  LocalAgent(
      World world,
      Caller caller,
      HeldObjects held,
      OwnedObjects owned,
      Shutdown shutdown,
      Duration timeout,
      CloseStack resources) {
    this.world = world;
    this.caller = caller;
    this.held = held;
    this.owned = owned;
    this.shutdown = shutdown;
    this.timeout = timeout;
    this.resources = resources;
  }

  @Override
  public String name() {
    return world.self().name();
  }

  @Override
  public int rank() {
    return world.self().rank();
  }

  @Override
  public List<Worker> workers() {
    return world.all().stream().map(this::handle).toList();
  }

  @Override
  public Worker worker(String name) {
    return find(world.byName(name), "'" + PrintableText.of(name) + "'");
  }

  @Override
  public Worker worker(int rank) {
    return find(world.byRank(rank), "of rank " + rank);
  }

  private Worker find(Optional<WorkerInfo> worker, String description) {
    return worker
        .map(this::handle)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    String.format(Locale.ROOT, "no worker %s among %s", description, world.all())));
  }

  private Worker handle(WorkerInfo worker) {
    return new WorkerHandle(caller, worker, timeout);
  }

  @Override
  public Duration timeout() {
    return timeout;
  }

  @Override
  public int ownedObjects() {
    return owned.size();
  }

  @Override
  public <T> RemoteRef<T> share(T object) {
    ObjectId id = held.newId();
    owned.keep(id, object, rank(), id.number());
    held.created(world.self(), id);
    return caller.reference(world.self(), id);
  }

  @Override
  public void shutdown(Duration limit) {
    if (resources.isClosed()) {
      return;
    }
    try {
      shutdown.run(limit);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RpcInterruptedException("interrupted in shutdown", name(), Shutdown.FUNCTION, e);
    } finally {
      close();
    }
  }

  @Override
  public void close() {
    resources.close();
  }

  World world() {
    return world;
  }

  OwnedObjects owned() {
    return owned;
  }

  Caller caller() {
    return caller;
  }

  @Override
  public String toString() {
    return "RpcAgent(" + world.self() + ")";
  }
}
