package io.muster.collectives;

import io.muster.collectives.internal.mesh.Mesh;
import io.muster.rendezvous.Rendezvous;
import io.muster.rendezvous.RendezvousOptions;
import io.muster.store.PrefixStore;
import io.muster.store.Store;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The process groups of one rank: the default group, which has all ranks of the world, and those
 * made from it. A program that is one rank uses {@link Distributed}; one that holds several ranks
 * makes one of these for each. Thread-safe; the calls of one rank are made one after the other.
 */
public final class ProcessGroups implements AutoCloseable {
  private static final String BARRIER_KEY = "store_based_barrier_key:";

  private final List<ProcessGroup> groups = new ArrayList<>();
  private @Nullable World world;
  private int groupsMade;

  /** What all groups of a world have in common. */
  private record World(
      ProcessGroupOptions options,
      List<InetAddress> addresses,
      Store store,
      Optional<Rendezvous> rendezvous) {}

  /** No groups yet. */
  public ProcessGroups() {}

  /**
   * Makes the default group, together with the other ranks, and blocks until all are connected;
   * PyTorch's {@code init_process_group("gloo", …)}. With the variable {@code
   * TORCH_DIST_INIT_BARRIER} set to 1 it also meets the others in the store before it returns, and
   * so must they.
   *
   * @throws IllegalStateException if there is one already
   * @throws IllegalArgumentException if something of the options is missing or wrong
   * @throws CollectiveTimeoutException if ranks have not come in time
   * @throws io.muster.store.MusterException if the store or another rank cannot be reached
   */
  public synchronized ProcessGroup initProcessGroup(ProcessGroupOptions options) {
    if (world != null) {
      throw new IllegalStateException("trying to initialize the default process group twice!");
    }
    List<InetAddress> addresses = LocalMeshes.addresses(options);
    Optional<Rendezvous> rendezvous =
        options.store().isPresent() ? Optional.empty() : Optional.of(meet(options));
    boolean made = false;
    try {
      Store store =
          rendezvous
              .<Store>map(met -> new PrefixStore("default_pg", met.store()))
              .orElseGet(() -> options.store().orElseThrow());
      int rank = rendezvous.map(Rendezvous::rank).orElseGet(() -> options.rank().orElseThrow());
      int size =
          rendezvous.map(Rendezvous::worldSize).orElseGet(() -> options.worldSize().orElseThrow());
      requireRank(rank, size);
      world = new World(options, addresses, store, rendezvous);
      List<Integer> ranks = IntStream.range(0, size).boxed().toList();
      ProcessGroup group = make(ranks, rank, store, options.timeout(), size);
      made = true;
      return group;
    } finally {
      if (!made) {
        forgetWorld();
        rendezvous.ifPresent(Rendezvous::close);
      }
    }
  }

  private static Rendezvous meet(ProcessGroupOptions options) {
    RendezvousOptions.Builder builder =
        RendezvousOptions.builder().timeout(options.timeout()).environment(options.environment());
    options.rank().ifPresent(builder::rank);
    options.worldSize().ifPresent(builder::worldSize);
    return Rendezvous.of(options.initMethod(), builder.build());
  }

  private static void requireRank(int rank, int size) {
    if (size < 1 || rank < 0 || rank >= size) {
      throw new IllegalArgumentException(
          "rank %d of a world of %d: the world size must be fixed and the rank below it"
              .formatted(rank, size));
    }
  }

  /** Makes a group of this rank, whose name is the next number. */
  private ProcessGroup make(
      List<Integer> ranks, int rank, Store parent, Duration timeout, int worldSize) {
    World current = requireWorld();
    String name = String.valueOf(groupsMade);
    groupsMade++;
    Store store = new PrefixStore(name + "/", parent);
    // The device that PyTorch names first for this backend.
    Store device = new PrefixStore("cpu/", store);
    List<Mesh> meshes =
        LocalMeshes.connect(name, rank, ranks.size(), current.addresses, device, timeout);
    ProcessGroup group =
        new ProcessGroup(
            new GlooBackend(name, rank, ranks.size(), meshes, timeout),
            ranks,
            store,
            current.options.maxObjectBytes(),
            this::closed);
    groups.add(group);
    boolean met = false;
    try {
      meetInStore(parent, name, worldSize, timeout);
      met = true;
    } finally {
      if (!met) {
        groups.remove(group);
        meshes.forEach(mesh -> mesh.close(0));
      }
    }
    return group;
  }

  /** PyTorch's barrier after a group is made, if the environment asks for it. */
  private void meetInStore(Store store, String name, int worldSize, Duration timeout) {
    if ("1".equals(requireWorld().options.environment().get("TORCH_DIST_INIT_BARRIER"))) {
      String key = BARRIER_KEY + name;
      String last = key + ":last_worker";
      if (store.add(key, 1) == worldSize) {
        store.set(last, "1");
      }
      store.await(timeout, last);
    }
  }

  /**
   * The default group.
   *
   * @throws IllegalStateException if there is none
   */
  public synchronized ProcessGroup defaultGroup() {
    requireWorld();
    return groups.get(0);
  }

  /** Whether there is a default group. */
  public synchronized boolean isInitialized() {
    return world != null;
  }

  /**
   * Makes a group of some ranks, with the timeout of the default group.
   *
   * @see #newGroup(List, Duration)
   */
  public Optional<ProcessGroup> newGroup(List<Integer> ranks) {
    return newGroup(ranks, defaultGroup().timeout());
  }

  /**
   * Makes a group of some ranks; PyTorch's {@code new_group}. All ranks of the world must call this
   * in the same order, those who are not in the group too. Blocks until its ranks are connected.
   * The ranks are sorted; a rank's place among them is its rank in the group.
   *
   * @return nothing on a rank that is not in the group
   * @throws IllegalArgumentException if a rank is not of this world, or is there twice
   * @throws IllegalStateException if there is no default group
   * @throws CollectiveTimeoutException if ranks have not come in time
   */
  public synchronized Optional<ProcessGroup> newGroup(List<Integer> ranks, Duration timeout) {
    ProcessGroup all = defaultGroup();
    List<Integer> sorted = ranks.stream().sorted().distinct().toList();
    if (sorted.isEmpty()
        || sorted.size() != ranks.size()
        || sorted.get(0) < 0
        || sorted.get(sorted.size() - 1) >= all.size()) {
      throw new IllegalArgumentException(
          "a group is of different ranks below %d, not %s".formatted(all.size(), ranks));
    }
    int rank = sorted.indexOf(all.rank());
    if (rank >= 0) {
      return Optional.of(make(sorted, rank, all.store(), timeout, all.size()));
    }
    String name = String.valueOf(groupsMade);
    groupsMade++;
    meetInStore(all.store(), name, all.size(), timeout);
    return Optional.empty();
  }

  /**
   * Closes all groups, and the store if it was made with the default group; PyTorch's {@code
   * destroy_process_group}. If this rank hosts the store, others can make no more groups.
   *
   * @throws IllegalStateException if there is no default group
   */
  public void destroyProcessGroup() {
    defaultGroup().close();
  }

  /** A group was closed; the default group takes all others with it. */
  private void closed(ProcessGroup group) {
    List<ProcessGroup> others;
    Optional<Rendezvous> rendezvous;
    synchronized (this) {
      int index = groups.indexOf(group);
      World current = world;
      if (index < 0 || current == null) {
        return;
      }
      groups.remove(group);
      if (index > 0) {
        return;
      }
      others = List.copyOf(groups);
      rendezvous = current.rendezvous;
      forgetWorld();
    }
    others.forEach(ProcessGroup::close);
    rendezvous.ifPresent(Rendezvous::close);
  }

  private void forgetWorld() {
    world = null;
    groups.clear();
    groupsMade = 0;
  }

  private World requireWorld() {
    World current = world;
    if (current == null) {
      throw new IllegalStateException(
          "Default process group has not been initialized, please make sure to call"
              + " initProcessGroup.");
    }
    return current;
  }

  /** Closes all groups, if there are any. */
  @Override
  public void close() {
    Optional<ProcessGroup> all;
    synchronized (this) {
      all = groups.isEmpty() ? Optional.empty() : Optional.of(groups.get(0));
    }
    all.ifPresent(ProcessGroup::close);
  }
}
