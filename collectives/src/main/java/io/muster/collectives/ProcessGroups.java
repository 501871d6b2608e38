package io.muster.collectives;

import io.muster.collectives.internal.mesh.Mesh;
import io.muster.rendezvous.Rendezvous;
import io.muster.rendezvous.RendezvousOptions;
import io.muster.store.PrefixStore;
import io.muster.store.Store;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The process groups of one rank: the default group, which has all ranks of the world, and those
 * made from it. A program that is one rank uses {@link Distributed}; one that holds several ranks
 * makes one of these for each.
 *
 * <p>Thread-safe. Calls that make groups block until the other ranks have made them too; meanwhile
 * the other methods answer at once, and {@link #close} gives such calls up. Groups are numbered in
 * the order of the calls that make them, which must be the same on all ranks.
 */
public final class ProcessGroups implements AutoCloseable {
  private static final String BARRIER_KEY = "store_based_barrier_key:";

  /** How long closing waits for calls that it has given up. */
  private static final long GIVE_UP_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final List<ProcessGroup> groups = new ArrayList<>();

  /** The calls under way that make groups. */
  private final Set<Meeting> meetings = new HashSet<>();

  /** Whether the default group is being made. */
  private boolean joining;

  private @Nullable World world;

  /** What all groups of a world have in common. */
  private static final class World {
    final ProcessGroupOptions options;
    final List<InetAddress> addresses;
    final Optional<Rendezvous> rendezvous;
    int groupsMade;

    World(
        ProcessGroupOptions options, List<InetAddress> addresses, Optional<Rendezvous> rendezvous) {
      this.options = options;
      this.addresses = addresses;
      this.rendezvous = rendezvous;
    }

    /** The name of the next group. */
    String nextName() {
      return String.valueOf(groupsMade++);
    }
  }

  /** No groups yet. */
  public ProcessGroups() {}

  /**
   * Makes the default group, together with the other ranks, and blocks until all are connected, at
   * most for the timeout of the options; PyTorch's {@code init_process_group("gloo", …)}. With the
   * variable {@code TORCH_DIST_INIT_BARRIER} set to 1 it also meets the others in the store before
   * it returns, and so must they.
   *
   * @throws IllegalStateException if there is one already, or another thread is making one
   * @throws IllegalArgumentException if something of the options is missing or wrong
   * @throws CollectiveTimeoutException if ranks have not come in time
   * @throws CollectiveException if {@link #close} was called meanwhile
   * @throws io.muster.store.MusterException if the store or another rank cannot be reached, or the
   *     thread is interrupted
   */
  public ProcessGroup initProcessGroup(ProcessGroupOptions options) {
    Meeting meeting = new Meeting("initProcessGroup");
    synchronized (this) {
      if (world != null || joining) {
        throw new IllegalStateException("trying to initialize the default process group twice!");
      }
      joining = true;
      meetings.add(meeting);
    }
    try {
      return init(options, meeting);
    } catch (RuntimeException | Error e) {
      if (meeting.isGivenUp()) {
        throw meeting.failure(e);
      }
      throw e;
    } finally {
      synchronized (this) {
        joining = false;
      }
      end(meeting);
    }
  }

  private ProcessGroup init(ProcessGroupOptions options, Meeting meeting) {
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
      World current = new World(options, addresses, rendezvous);
      List<Integer> ranks = IntStream.range(0, size).boxed().toList();
      ProcessGroup group =
          make(current, current.nextName(), ranks, rank, store, options.timeout(), size);
      made = add(group, current, meeting);
      return group;
    } finally {
      if (!made) {
        rendezvous.ifPresent(Rendezvous::close);
      }
    }
  }

  private static Rendezvous meet(ProcessGroupOptions options) {
    RendezvousOptions.Builder builder =
        RendezvousOptions.builder().timeout(options.timeout()).environment(options.environment());
    options.bind().ifPresent(builder::bind);
    options.rank().ifPresent(builder::rank);
    options.worldSize().ifPresent(builder::worldSize);
    return Rendezvous.of(options.initMethod(), builder.build());
  }

  private static void requireRank(int rank, int size) {
    if (size < 1 || rank < 0 || rank >= size) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "rank %d of a world of %d: the world size must be fixed and the rank below it",
              rank,
              size));
    }
  }

  /** Makes a group that this rank is in. */
  private ProcessGroup make(
      World current,
      String name,
      List<Integer> ranks,
      int rank,
      Store parent,
      Duration timeout,
      int worldSize) {
    Store store = new PrefixStore(name + "/", parent);
    // The device that PyTorch names first for this backend.
    Store device = new PrefixStore("cpu/", store);
    List<Mesh> meshes =
        LocalMeshes.connect(name, rank, ranks.size(), current.addresses, device, timeout);
    boolean met = false;
    try {
      meetInStore(current, parent, name, worldSize, timeout);
      met = true;
    } finally {
      if (!met) {
        meshes.forEach(mesh -> mesh.close(0));
      }
    }
    return new ProcessGroup(
        new GlooBackend(name, rank, ranks.size(), meshes, timeout),
        ranks,
        store,
        current.options.maxObjectBytes(),
        this::closed);
  }

  /**
   * Adds a group, unless it is not wanted any more.
   *
   * @return true
   */
  private boolean add(ProcessGroup group, World current, Meeting meeting) {
    synchronized (this) {
      if (!meeting.isGivenUp()) {
        world = current;
        groups.add(group);
        return true;
      }
    }
    group.abort();
    group.close();
    throw new CancellationException("the groups were closed");
  }

  /** A call that makes a group has ended. */
  private void end(Meeting meeting) {
    synchronized (this) {
      meetings.remove(meeting);
    }
    meeting.end();
  }

  /** PyTorch's barrier after a group is made, if the environment asks for it. */
  private static void meetInStore(
      World current, Store store, String name, int worldSize, Duration timeout) {
    if ("1".equals(current.options.environment().get("TORCH_DIST_INIT_BARRIER"))) {
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
   * @throws IllegalStateException if there is none, or it is still being made
   */
  public synchronized ProcessGroup defaultGroup() {
    requireWorld();
    return groups.get(0);
  }

  /** Whether there is a default group; not while it is still being made. */
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
   * @throws CollectiveException if the default group was closed meanwhile
   */
  public Optional<ProcessGroup> newGroup(List<Integer> ranks, Duration timeout) {
    ProcessGroup all;
    World current;
    String name;
    List<Integer> sorted;
    Meeting meeting = new Meeting("newGroup");
    synchronized (this) {
      all = defaultGroup();
      current = requireWorld();
      sorted = requireRanks(ranks, all.size());
      name = current.nextName();
      meetings.add(meeting);
    }
    try {
      int rank = sorted.indexOf(all.rank());
      if (rank < 0) {
        meetInStore(current, all.store(), name, all.size(), timeout);
        return Optional.empty();
      }
      ProcessGroup group = make(current, name, sorted, rank, all.store(), timeout, all.size());
      boolean unused = add(group, current, meeting);
      return Optional.of(group);
    } catch (RuntimeException | Error e) {
      if (meeting.isGivenUp()) {
        throw meeting.failure(e);
      }
      throw e;
    } finally {
      end(meeting);
    }
  }

  private static List<Integer> requireRanks(List<Integer> ranks, int worldSize) {
    List<Integer> sorted = ranks.stream().sorted().distinct().toList();
    if (sorted.isEmpty()
        || sorted.size() != ranks.size()
        || sorted.get(0) < 0
        || sorted.get(sorted.size() - 1) >= worldSize) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "a group is of different ranks below %d, not %s", worldSize, ranks));
    }
    return sorted;
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
      world = null;
      groups.clear();
      meetings.forEach(Meeting::giveUp);
    }
    others.forEach(ProcessGroup::close);
    rendezvous.ifPresent(Rendezvous::close);
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

  /**
   * Closes all groups, if there are any. Calls of other threads that are making groups are given
   * up: they throw a {@link CollectiveException} at once.
   */
  @Override
  public void close() {
    Optional<ProcessGroup> all;
    List<Meeting> givenUp;
    synchronized (this) {
      givenUp = List.copyOf(meetings);
      all = groups.isEmpty() ? Optional.empty() : Optional.of(groups.get(0));
    }
    givenUp.forEach(Meeting::giveUp);
    givenUp.forEach(meeting -> meeting.awaitEnd(GIVE_UP_NANOS));
    all.ifPresent(ProcessGroup::close);
  }
}
