package io.muster.collectives.internal.engine;

import io.muster.collectives.CollectiveTimeoutException;
import io.muster.collectives.ProcessGroup;
import io.muster.collectives.ProcessGroupOptions;
import io.muster.collectives.internal.mesh.Mesh;
import io.muster.rendezvous.Rendezvous;
import io.muster.rendezvous.RendezvousOptions;
import io.muster.store.PrefixStore;
import io.muster.store.Store;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * A world that this rank has joined, by a rendezvous or by a store of the caller's. It connects
 * this rank's groups. Thread-safe, except for {@link #nextGroupName}.
 */
public final class JoinedWorld implements AutoCloseable {
  /** The name that PyTorch gives to the barrier's key. */
  private static final String BARRIER_KEY = "store_based_barrier_key:";

  private final ProcessGroupOptions options;
  private final List<InetAddress> addresses;
  private final Optional<Rendezvous> rendezvous;
  private final Store store;
  private final int rank;
  private final int size;
  private int groupsMade;

  private JoinedWorld(
      ProcessGroupOptions options, List<InetAddress> addresses, Optional<Rendezvous> rendezvous) {
    this.options = options;
    this.addresses = addresses;
    this.rendezvous = rendezvous;
    this.store =
        rendezvous
            .<Store>map(met -> new PrefixStore("default_pg", met.store()))
            .orElseGet(() -> options.store().orElseThrow());
    this.rank = rendezvous.map(Rendezvous::rank).orElseGet(() -> options.rank().orElseThrow());
    this.size =
        rendezvous.map(Rendezvous::worldSize).orElseGet(() -> options.worldSize().orElseThrow());
    if (size < 1 || rank < 0 || rank >= size) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "rank %d of a world of %d: the world size must be fixed and the rank below it",
              rank,
              size));
    }
  }

  /** Joins a world, and blocks until the rendezvous is done, at most for the options' timeout. */
  public static JoinedWorld join(ProcessGroupOptions options) {
    List<InetAddress> addresses = DeviceMeshes.addresses(options);
    Optional<Rendezvous> rendezvous =
        options.store().isPresent() ? Optional.empty() : Optional.of(rendezvous(options));
    boolean joined = false;
    try {
      JoinedWorld world = new JoinedWorld(options, addresses, rendezvous);
      joined = true;
      return world;
    } finally {
      if (!joined) {
        rendezvous.ifPresent(Rendezvous::close);
      }
    }
  }

  private static Rendezvous rendezvous(ProcessGroupOptions options) {
    RendezvousOptions.Builder builder =
        RendezvousOptions.builder().timeout(options.timeout()).environment(options.environment());
    options.bind().ifPresent(builder::bind);
    options.rank().ifPresent(builder::rank);
    options.worldSize().ifPresent(builder::worldSize);
    return Rendezvous.of(options.initMethod(), builder.build());
  }

  /**
   * The name of the next group: the number of groups made before it. All ranks make the same groups
   * in the same order.
   */
  public String nextGroupName() {
    return String.valueOf(groupsMade++);
  }

  /** Connects the group of all ranks, as {@link #connect}. */
  public ProcessGroup connectAllRanks(String name, Consumer<ProcessGroup> whenClosed) {
    List<Integer> ranks = IntStream.range(0, size).boxed().toList();
    return connect(name, ranks, store, options.timeout(), whenClosed);
  }

  /**
   * Connects a group that this rank is a member of, and blocks until its ranks are connected.
   *
   * @param ranks the world ranks of the members, by rank in the group
   * @param parent the store that the group's store is a part of
   * @param whenClosed called with the group once it has been closed
   * @throws CollectiveTimeoutException if a rank is missing after the timeout
   */
  public ProcessGroup connect(
      String name,
      List<Integer> ranks,
      Store parent,
      Duration timeout,
      Consumer<ProcessGroup> whenClosed) {
    int groupRank = ranks.indexOf(rank);
    Store groupStore = new PrefixStore(name + "/", parent);
    // PyTorch's prefix for the first device type of the Gloo backend.
    Store deviceStore = new PrefixStore("cpu/", groupStore);
    List<Mesh> meshes =
        DeviceMeshes.connect(name, groupRank, ranks.size(), addresses, deviceStore, timeout);
    boolean ready = false;
    try {
      awaitAllRanks(name, parent, timeout);
      ready = true;
    } finally {
      if (!ready) {
        meshes.forEach(mesh -> mesh.close(0));
      }
    }
    GlooBackend backend = new GlooBackend(name, groupRank, ranks.size(), meshes, timeout);
    return new GlooProcessGroup(backend, ranks, groupStore, options.maxObjectBytes(), whenClosed);
  }

  /**
   * Waits in the store until all ranks of the world have made the group or learned of it, if {@code
   * TORCH_DIST_INIT_BARRIER} is 1; PyTorch's {@code _store_based_barrier}.
   */
  public void awaitAllRanks(String name, Store parent, Duration timeout) {
    if ("1".equals(options.environment().get("TORCH_DIST_INIT_BARRIER"))) {
      String key = BARRIER_KEY + name;
      String last = key + ":last_worker";
      if (parent.add(key, 1) == size) {
        parent.set(last, "1");
      }
      parent.await(timeout, last);
    }
  }

  /** Closes the store if the rendezvous created it. */
  @Override
  public void close() {
    rendezvous.ifPresent(Rendezvous::close);
  }
}
