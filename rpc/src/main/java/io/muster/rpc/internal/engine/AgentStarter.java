package io.muster.rpc.internal.engine;

import io.muster.rendezvous.Rendezvous;
import io.muster.rpc.RpcAgent;
import io.muster.rpc.RpcCodec;
import io.muster.rpc.RpcInitException;
import io.muster.rpc.RpcOptions;
import io.muster.rpc.internal.refs.OwnedObjects;
import io.muster.rpc.internal.serving.Admission;
import io.muster.rpc.internal.serving.HandlerThreads;
import io.muster.rpc.internal.transport.RpcServer;
import io.muster.rpc.internal.transport.Security;
import io.muster.rpc.internal.transport.TransportConfig;
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
import java.util.concurrent.ExecutorService;
import java.util.function.IntFunction;

/**
 * Starts agents. An agent listens first, because its port is published when it joins the world. It
 * then joins, is built with what is known of the world, and accepts connections at last. Other
 * workers that connect earlier wait in the accept queue.
 */
public final class AgentStarter {
  /** PyTorch's prefix, so that a process group and RPC can share a store. */
  private static final String STORE_PREFIX = "rpc_prefix_0";

  /** The largest part of a message that the codec does not write. */
  private static final int ENVELOPE_BYTES = 128 << 10;

  private final RpcOptions options;
  private final Functions functions;
  private final TransportConfig transport;
  private final Admission.Limits limits;
  private final RpcCodec codec;

  /** Prepares agents with these options. */
  public AgentStarter(RpcOptions options, Functions functions, RpcCodec codec, Security security) {
    this.options = options;
    this.functions = functions;
    this.codec = codec;
    this.transport =
        new TransportConfig(
            (int) Math.min(Integer.MAX_VALUE, (long) options.maxMessageBytes() + ENVELOPE_BYTES),
            options.keepAlive(),
            options.keepAlive(),
            options.timeout(),
            security);
    this.limits =
        new Admission.Limits(
            options.handlerThreads(),
            options.queuedCalls(),
            options.handlerThreads(),
            8L * options.maxMessageBytes());
  }

  /**
   * Starts an agent. Blocks until it has joined the world.
   *
   * @param rank the rank; negative for any free one, in a world without a fixed size
   * @param worldSize the world size; negative if it is not fixed
   * @param rendezvous is closed with the agent, and if this throws
   */
  public RpcAgent start(
      String name, int rank, int worldSize, Store store, Optional<Rendezvous> rendezvous) {
    CloseStack resources = new CloseStack();
    rendezvous.ifPresent(it -> resources.push(it::close));
    boolean isStarted = false;
    try {
      if (worldSize == 0 || (worldSize > 0 && (rank < 0 || rank >= worldSize))) {
        throw new IllegalArgumentException(
            String.format(Locale.ROOT, "rank %d of a world of %d", rank, worldSize));
      }
      String host = Hosts.own(options);
      ExecutorService threads = HandlerThreads.of(name);
      resources.push(threads::shutdownNow);
      RpcServer server = listen(name, host);
      resources.push(server::close);
      Store ownStore = new PrefixStore(STORE_PREFIX, store);
      long incarnation = new SecureRandom().nextLong();
      IntFunction<WorkerInfo> self =
          ownRank -> new WorkerInfo(ownRank, name, host, server.port(), incarnation);
      World world = join(ownStore, name, rank, worldSize, self);
      boolean hostsStore = rendezvous.isPresent() && world.self().rank() == 0;
      RpcAgent agent = assemble(world, ownStore, hostsStore, server, threads, resources);
      isStarted = true;
      return agent;
    } finally {
      if (!isStarted) {
        resources.close();
      }
    }
  }

  private RpcServer listen(String name, String host) {
    try {
      return RpcServer.listen(new InetSocketAddress(host, 0), transport, limits.maxCalls());
    } catch (IOException e) {
      throw new UncheckedIOException(
          String.format(
              Locale.ROOT, "worker '%s' cannot listen at %s", PrintableText.of(name), host),
          e);
    }
  }

  private World join(
      Store store, String name, int rank, int worldSize, IntFunction<WorkerInfo> self) {
    Duration timeout = options.initTimeout();
    try {
      return worldSize < 0
          ? DynamicWorld.join(store, rank, self)
          : StaticWorld.join(store, self.apply(rank), worldSize, timeout);
    } catch (NameTakenException e) {
      throw new RpcInitException(String.valueOf(e.getMessage()), List.of(), e);
    } catch (WorkersMissingException e) {
      throw new RpcInitException(
          String.format(
              Locale.ROOT,
              "worker '%s' (rank %d): the workers of ranks %s did not join within %s",
              name,
              rank,
              e.ranks(),
              timeout),
          e.ranks(),
          e);
    }
  }

  /** Builds an agent from the bottom up and lets it serve. */
  private RpcAgent assemble(
      World world,
      Store store,
      boolean hostsStore,
      RpcServer server,
      ExecutorService threads,
      CloseStack resources) {
    OwnedObjects owned = new OwnedObjects();
    UnacknowledgedReferences unacknowledged = new UnacknowledgedReferences();

    Connections connections = new Connections(transport);
    resources.push(connections::close);
    HeldObjects held = new HeldObjects(world.self().rank(), owned, connections);
    HolderMonitor monitor =
        new HolderMonitor(world, owned, unacknowledged, connections, transport.keepAlive());
    resources.push(monitor::close);
    Caller caller =
        new Caller(
            world, held, connections, codec, options.maxMessageBytes(), options.timeout(), threads);
    resources.push(caller::close);

    Dispatcher dispatcher =
        new Dispatcher(
            world.self().incarnation(),
            functions,
            new Admission(limits, threads),
            new FunctionInvoker(codec, owned, caller::newMessage),
            new ResponseEncoder(
                codec, options.maxMessageBytes(), owned, unacknowledged, caller::newMessage),
            new ControlHandler(owned, unacknowledged));
    resources.push(dispatcher::end);
    Shutdown shutdown = new Shutdown(store, world, hostsStore, caller, dispatcher, monitor::isLost);
    LocalAgent agent =
        new LocalAgent(world, caller, held, owned, shutdown, options.timeout(), resources);
    server.serve(dispatcher);
    monitor.start();
    return agent;
  }
}
