package io.muster.rpc;

import io.muster.rendezvous.Rendezvous;
import io.muster.rpc.Caller.Target;
import io.muster.rpc.internal.codec.KryoCodec;
import io.muster.rpc.internal.refs.OwnedObjects;
import io.muster.rpc.internal.serving.Admission;
import io.muster.rpc.internal.serving.HandlerThreads;
import io.muster.rpc.internal.transport.RpcServer;
import io.muster.rpc.internal.transport.Security;
import io.muster.rpc.internal.transport.TransportConfig;
import io.muster.rpc.internal.wire.ObjectId;
import io.muster.rpc.internal.world.DynamicWorld;
import io.muster.rpc.internal.world.NameTakenException;
import io.muster.rpc.internal.world.StaticWorld;
import io.muster.rpc.internal.world.WorkerInfo;
import io.muster.rpc.internal.world.WorkersMissingException;
import io.muster.rpc.internal.world.World;
import io.muster.store.PrefixStore;
import io.muster.store.Store;
import io.muster.store.internal.text.PrintableText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * This process as a worker: it finds the others, and answers what they call. Made by {@link
 * Rpc#init}. Thread-safe.
 *
 * <p>{@link #shutdown()} ends a world in good order; {@link #close}, which a {@code try} statement
 * ends with, ends this worker alone.
 */
public final class RpcAgent implements AutoCloseable {
  /** PyTorch's prefix, so that a process group and RPC can share a store. */
  private static final String STORE_PREFIX = "rpc_prefix_0";

  /** What a message has besides what users send. */
  private static final int ENVELOPE_BYTES = 128 << 10;

  private final long incarnation = new SecureRandom().nextLong();
  private final OwnedObjects owned = new OwnedObjects();
  private final UnacknowledgedReferences tickets = new UnacknowledgedReferences();
  private final CompletableFuture<Joined> joined = new CompletableFuture<>();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final RpcOptions options;
  private final Store store;
  private final Optional<Rendezvous> rendezvous;
  private final RpcCodec codec;
  private final TransportConfig link;
  private final ExecutorService threads;
  private final Dispatcher dispatcher;
  private final RpcServer listener;

  /** What there is once this worker is one of the world. */
  private record Joined(World world, Caller caller, HeldObjects held, HolderMonitor watch) {}

  private RpcAgent(
      String name, String host, Store store, Optional<Rendezvous> rendezvous, RpcOptions options) {
    this.options = options;
    this.store = new PrefixStore(STORE_PREFIX, store);
    this.rendezvous = rendezvous;
    this.codec =
        options
            .codec()
            .orElseGet(() -> new KryoCodec(options.registered(), options.maxMessageBytes()));
    this.link =
        new TransportConfig(
            options.maxMessageBytes() + ENVELOPE_BYTES,
            options.keepAlive(),
            options.keepAlive(),
            options.timeout(),
            options.tls().map(RpcTls::security).orElseGet(Security.Plain::new));
    this.threads = HandlerThreads.of(name);
    Admission.Limits limits =
        new Admission.Limits(
            options.handlerThreads(),
            options.queuedCalls(),
            options.handlerThreads(),
            8L * options.maxMessageBytes());
    this.dispatcher =
        new Dispatcher(
            incarnation,
            options.functions(),
            codec,
            this,
            new Admission(limits, threads),
            options.maxMessageBytes());
    try {
      this.listener =
          RpcServer.at(new InetSocketAddress(host, 0), link, limits.places(), dispatcher);
    } catch (IOException e) {
      threads.shutdownNow();
      throw new UncheckedIOException(
          String.format(
              Locale.ROOT, "worker '%s' cannot listen at %s", PrintableText.of(name), host),
          e);
    }
  }

  static RpcAgent start(
      String name,
      int rank,
      int size,
      Store store,
      Optional<Rendezvous> rendezvous,
      RpcOptions options) {
    if (size == 0 || (size > 0 && (rank < 0 || rank >= size))) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "rank %d of a world of %d", rank, size));
    }
    String host = Hosts.own(options);
    RpcAgent agent = new RpcAgent(name, host, store, rendezvous, options);
    boolean made = false;
    try {
      agent.join(name, host, rank, size);
      made = true;
      return agent;
    } finally {
      if (!made) {
        agent.closeAll();
      }
    }
  }

  private void join(String name, String host, int rank, int size) {
    Duration timeout = options.initTimeout();
    try {
      World world =
          size < 0
              ? DynamicWorld.join(store, rank, given -> self(given, name, host))
              : StaticWorld.join(store, self(rank, name, host), size, timeout);
      int own = world.self().rank();
      Caller caller = new Caller(this, own, codec, link, threads);
      HeldObjects held = new HeldObjects(own, owned, caller::tell);
      HolderMonitor watch = new HolderMonitor(this, link.keepAlive());
      joined.complete(new Joined(world, caller, held, watch));
      watch.start();
    } catch (NameTakenException e) {
      throw new RpcInitException(String.valueOf(e.getMessage()), List.of(), e);
    } catch (WorkersMissingException e) {
      throw new RpcInitException(
          String.format(
              Locale.ROOT,
              "worker '%s' (rank %d): the workers of ranks %s did not come within %s",
              name,
              rank,
              e.ranks(),
              timeout),
          e.ranks(),
          e);
    }
  }

  private WorkerInfo self(int rank, String name, String host) {
    return new WorkerInfo(rank, name, host, listener.port(), incarnation);
  }

  /** The name of this worker. */
  public String name() {
    return world().self().name();
  }

  /** The rank of this worker. */
  public int rank() {
    return world().self().rank();
  }

  /** All workers that are there, this one too, by rank. */
  public List<Worker> workers() {
    return world().all().stream().map(this::worker).toList();
  }

  /**
   * The worker of a name; it may be this one.
   *
   * @throws IllegalArgumentException if there is none
   */
  public Worker worker(String name) {
    return world()
        .byName(name)
        .map(this::worker)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    String.format(
                        Locale.ROOT,
                        "no worker '%s' among %s",
                        PrintableText.of(name),
                        world().all())));
  }

  /**
   * The worker of a rank; it may be this one.
   *
   * @throws IllegalArgumentException if there is none
   */
  public Worker worker(int rank) {
    return world()
        .byRank(rank)
        .map(this::worker)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    String.format(
                        Locale.ROOT, "no worker of rank %d among %s", rank, world().all())));
  }

  /** How long a call may take unless it says otherwise. */
  public Duration timeout() {
    return options.timeout();
  }

  /** How many objects of this worker somebody refers to. */
  public int ownedObjects() {
    return owned.size();
  }

  /**
   * A reference to an object of this worker, to be sent to others; PyTorch's {@code RRef(value)}.
   */
  public <T> RemoteRef<T> share(T object) {
    ObjectId id = held().newId();
    owned.keep(id, object, rank(), id.number());
    held().created(world().self(), id);
    return new RemoteRef<>(this, world().self(), id, () -> held().giveBack(id));
  }

  <T> RemoteRef<T> create(
      WorkerInfo worker, String function, @Nullable Object[] arguments, Duration timeout) {
    ObjectId id = held().newId();
    held().created(worker, id);
    boolean made = false;
    try {
      caller()
          .call(
              new Target(worker, function, function, Optional.empty(), Optional.of(id)),
              arguments,
              timeout,
              void.class);
      made = true;
    } finally {
      if (!made) {
        // It may be there nevertheless, or come to be.
        held().giveBack(id);
      }
    }
    return new RemoteRef<>(this, worker, id, () -> held().giveBack(id));
  }

  Worker worker(WorkerInfo member) {
    return new Worker(this, member, options.timeout());
  }

  World world() {
    return joined.join().world;
  }

  Caller caller() {
    return joined.join().caller;
  }

  HeldObjects held() {
    return joined.join().held;
  }

  OwnedObjects owned() {
    return owned;
  }

  UnacknowledgedReferences tickets() {
    return tickets;
  }

  /** {@link #shutdown(Duration)} with the timeout of calls. */
  public void shutdown() {
    shutdown(timeout());
  }

  /**
   * Ends this worker in good order; PyTorch's {@code shutdown(graceful=True)}. In a world of known
   * size it blocks until all workers have called this and no call is under way anywhere; meanwhile
   * it answers calls. In another world it leaves: it blocks until the calls have ended that this
   * worker makes or answers, and takes no new ones. In any case the worker is closed afterwards.
   *
   * @throws WorkerLostException if another worker has died
   * @throws RpcTimeoutException if it takes too long, naming for whom it waited
   */
  public void shutdown(Duration timeout) {
    if (closed.get()) {
      return;
    }
    World world = world();
    HolderMonitor watch = joined.join().watch;
    Shutdown shutdown = new Shutdown(store, world, timeout, watch::isLost);
    try {
      if (world instanceof DynamicWorld dynamic) {
        dynamic.leave();
        dispatcher.leave();
        shutdown.awaitIdle(this::isIdle);
      } else {
        shutdown.meet(this::isIdle, caller()::begun);
        shutdown.leaveStore(rendezvous.isPresent() && rank() == 0);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RpcInterruptedException("interrupted in shutdown", name(), Shutdown.FUNCTION, e);
    } finally {
      closeAll();
    }
  }

  private boolean isIdle() {
    return caller().underWay() == 0 && dispatcher.underWay() == 0;
  }

  /** Ends this worker at once, without a word to the others. Closing again does nothing. */
  @Override
  public void close() {
    closeAll();
  }

  private void closeAll() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    dispatcher.end();
    if (joined.completeExceptionally(new IllegalStateException("this worker has been closed"))) {
      runAll(List.of(listener::close, threads::shutdownNow));
      return;
    }
    Joined world = joined.join();
    runAll(
        List.of(
            world.caller::close,
            world.watch::close,
            listener::close,
            threads::shutdownNow,
            () -> rendezvous.ifPresent(Rendezvous::close)));
  }

  /** Runs all, whatever some of them throw. */
  private static void runAll(List<Runnable> steps) {
    int done = 0;
    try {
      while (done < steps.size()) {
        Runnable step = steps.get(done);
        done++;
        step.run();
      }
    } finally {
      if (done < steps.size()) {
        runAll(steps.subList(done, steps.size()));
      }
    }
  }

  @Override
  public String toString() {
    return "RpcAgent(" + world().self() + ")";
  }
}
