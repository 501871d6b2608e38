package io.muster.rpc;

import io.muster.rendezvous.Rendezvous;
import io.muster.rpc.internal.codec.KryoCodec;
import io.muster.rpc.internal.serving.Admission;
import io.muster.rpc.internal.serving.HandlerThreads;
import io.muster.rpc.internal.transport.Link;
import io.muster.rpc.internal.transport.Listener;
import io.muster.rpc.internal.transport.Security;
import io.muster.rpc.internal.world.Member;
import io.muster.rpc.internal.world.NameTakenException;
import io.muster.rpc.internal.world.StaticWorld;
import io.muster.rpc.internal.world.World;
import io.muster.store.PrefixStore;
import io.muster.store.Store;
import io.muster.store.StoreTimeoutException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

/**
 * This process as a worker: it finds the others, and answers what they call. Made by {@link
 * Rpc#init}. Thread-safe.
 */
public final class RpcAgent implements AutoCloseable {
  /** PyTorch's prefix, so that a process group and RPC can share a store. */
  private static final String STORE_PREFIX = "rpc_prefix_0";

  /** What a message has besides what users send. */
  private static final int ENVELOPE_BYTES = 128 << 10;

  private final World world;
  private final RpcOptions options;
  private final Caller caller;
  private final Listener listener;
  private final ExecutorService threads;
  private final Optional<Rendezvous> rendezvous;

  private RpcAgent(
      World world,
      RpcOptions options,
      Caller caller,
      Listener listener,
      ExecutorService threads,
      Optional<Rendezvous> rendezvous) {
    this.world = world;
    this.options = options;
    this.caller = caller;
    this.listener = listener;
    this.threads = threads;
    this.rendezvous = rendezvous;
  }

  static RpcAgent start(
      String name,
      int rank,
      int size,
      Store store,
      Optional<Rendezvous> rendezvous,
      RpcOptions options) {
    if (size < 1 || rank < 0 || rank >= size) {
      throw new IllegalArgumentException("rank %d of a world of %d".formatted(rank, size));
    }
    Store own = new PrefixStore(STORE_PREFIX, store);
    RpcCodec codec =
        options
            .codec()
            .orElseGet(() -> new KryoCodec(options.registered(), options.maxMessageBytes()));
    Link link =
        new Link(
            options.maxMessageBytes() + ENVELOPE_BYTES,
            options.keepAlive(),
            options.keepAlive(),
            new Security.Plain());
    ExecutorService threads = HandlerThreads.of(name);
    long incarnation = new SecureRandom().nextLong();
    Functions functions = options.functions();
    NoReferences references = new NoReferences();
    Dispatcher dispatcher =
        new Dispatcher(
            incarnation,
            functions,
            codec,
            references,
            new Admission(
                new Admission.Limits(
                    options.handlerThreads(),
                    options.queuedCalls(),
                    options.handlerThreads(),
                    8L * options.maxMessageBytes()),
                threads));
    String host = Hosts.own(options);
    Listener listener;
    try {
      listener = Listener.at(new InetSocketAddress(host, 0), link, dispatcher);
    } catch (IOException e) {
      threads.shutdownNow();
      throw new UncheckedIOException("worker '%s' cannot listen at %s".formatted(name, host), e);
    }
    boolean made = false;
    try {
      Member self = new Member(rank, name, host, listener.port(), incarnation);
      World world = StaticWorld.join(own, self, size, options.initTimeout());
      Caller caller = new Caller(rank, codec, references, link, threads);
      made = true;
      return new RpcAgent(world, options, caller, listener, threads, rendezvous);
    } catch (NameTakenException e) {
      throw new RpcInitException(String.valueOf(e.getMessage()), List.of(), e);
    } catch (StoreTimeoutException e) {
      List<Integer> missing = StaticWorld.ranks(e.missingKeys());
      throw new RpcInitException(
          "worker '%s' (rank %d): the workers of ranks %s did not come within %s"
              .formatted(name, rank, missing, options.initTimeout()),
          missing,
          e);
    } finally {
      if (!made) {
        listener.close();
        threads.shutdownNow();
      }
    }
  }

  /** The name of this worker. */
  public String name() {
    return world.self().name();
  }

  /** The rank of this worker. */
  public int rank() {
    return world.self().rank();
  }

  /** All workers that are there, this one too, by rank. */
  public List<Worker> workers() {
    return world.all().stream().map(this::worker).toList();
  }

  /**
   * The worker of a name; it may be this one.
   *
   * @throws IllegalArgumentException if there is none
   */
  public Worker worker(String name) {
    return world
        .byName(name)
        .map(this::worker)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no worker '%s' among %s".formatted(name, world.all())));
  }

  /**
   * The worker of a rank; it may be this one.
   *
   * @throws IllegalArgumentException if there is none
   */
  public Worker worker(int rank) {
    return world
        .byRank(rank)
        .map(this::worker)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no worker of rank %d among %s".formatted(rank, world.all())));
  }

  private Worker worker(Member member) {
    return new Worker(this, member, options.timeout());
  }

  Caller caller() {
    return caller;
  }

  /** Ends this worker at once, without a word to the others. Closing again does nothing. */
  @Override
  public void close() {
    listener.close();
    caller.close();
    threads.shutdownNow();
    rendezvous.ifPresent(Rendezvous::close);
  }

  @Override
  public String toString() {
    return "RpcAgent(" + world.self() + ")";
  }
}
