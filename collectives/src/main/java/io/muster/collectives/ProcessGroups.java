package io.muster.collectives;

import io.muster.collectives.internal.engine.GroupCreation;
import io.muster.collectives.internal.engine.JoinedWorld;
import io.muster.store.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Makes the process groups of one rank, and keeps them: the default group, which has all ranks of
 * the world, and groups made from it. A program that is one rank uses {@link Distributed}. A
 * program that is several ranks makes one instance per rank.
 *
 * <p>Thread-safe. Calls that make groups block until the other ranks have made them too. Meanwhile
 * the other methods return at once, and {@link #close} cancels those calls. Groups are numbered in
 * the order of the calls that make them, which must be the same on all ranks.
 */
public final class ProcessGroups implements AutoCloseable {
  /** How long {@link #close} waits for calls that it has cancelled. */
  private static final long CANCEL_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** The open groups. The first is the default group. */
  private final List<ProcessGroup> groups = new ArrayList<>();

  /** The calls in progress that make groups. */
  private final Set<GroupCreation> creations = new HashSet<>();

  /** Whether a call is making the default group. */
  private boolean initializing;

  private @Nullable JoinedWorld world;

  /** An instance without groups. */
  public ProcessGroups() {}

  /**
   * Makes the default group, together with the other ranks; PyTorch's {@code
   * init_process_group("gloo", …)}. Blocks until all ranks are connected, at most for the timeout
   * of the options. If the environment variable {@code TORCH_DIST_INIT_BARRIER} is 1, as it must
   * then be on all ranks, it also waits until all ranks have announced that in the store.
   *
   * @throws IllegalStateException if there is a default group, or another thread is making it
   * @throws IllegalArgumentException if an option is missing or invalid
   * @throws CollectiveTimeoutException if a rank is missing after the timeout
   * @throws CollectiveInterruptedException if this thread is interrupted while it connects to the
   *     other ranks
   * @throws CollectiveException if {@link #close} was called meanwhile
   * @throws io.muster.store.StoreInterruptedException if this thread is interrupted while it waits
   *     for the store
   * @throws io.muster.store.MusterException if the store or another rank cannot be reached
   */
  public ProcessGroup initProcessGroup(ProcessGroupOptions options) {
    GroupCreation creation = new GroupCreation("initProcessGroup");
    synchronized (this) {
      if (world != null || initializing) {
        throw new IllegalStateException("trying to initialize the default process group twice!");
      }
      initializing = true;
      creations.add(creation);
    }
    try {
      return init(options, creation);
    } catch (RuntimeException | Error e) {
      if (creation.isCancelled()) {
        throw creation.failure(e);
      }
      throw e;
    } finally {
      synchronized (this) {
        initializing = false;
      }
      end(creation);
    }
  }

  private ProcessGroup init(ProcessGroupOptions options, GroupCreation creation) {
    JoinedWorld joined = JoinedWorld.join(options);
    boolean added = false;
    try {
      ProcessGroup group = joined.connectAllRanks(joined.nextGroupName(), this::closed);
      add(group, joined, creation);
      added = true;
      return group;
    } finally {
      if (!added) {
        joined.close();
      }
    }
  }

  /**
   * Adds a group.
   *
   * @throws CancellationException if its creation was cancelled; the group is closed
   */
  private void add(ProcessGroup group, JoinedWorld joined, GroupCreation creation) {
    synchronized (this) {
      if (!creation.isCancelled()) {
        world = joined;
        groups.add(group);
        return;
      }
    }
    group.abort();
    group.close();
    throw new CancellationException("the groups were closed");
  }

  private void end(GroupCreation creation) {
    synchronized (this) {
      creations.remove(creation);
    }
    creation.end();
  }

  /**
   * The default group.
   *
   * @throws IllegalStateException if there is none, or a call is still making it
   */
  public synchronized ProcessGroup defaultGroup() {
    requireWorld();
    return groups.get(0);
  }

  /** Whether there is a default group; false while a call is making it. */
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
   * Makes a group of some ranks; PyTorch's {@code new_group}. All ranks of the world must make this
   * call in the same order, including ranks that are not in the group. Blocks until the ranks of
   * the group are connected. A rank's position in the sorted list of ranks is its rank in the
   * group.
   *
   * @param ranks different ranks of the world, in any order
   * @param timeout of this call, and the default timeout of the group's operations
   * @return the group; empty on ranks that are not in it
   * @throws IllegalArgumentException if a rank is not in the world or is given twice, or the
   *     timeout is negative
   * @throws IllegalStateException if there is no default group
   * @throws CollectiveTimeoutException if a rank is missing after the timeout
   * @throws CollectiveInterruptedException if this thread is interrupted while it connects to the
   *     other ranks
   * @throws CollectiveException if the default group was closed meanwhile
   * @throws io.muster.store.StoreInterruptedException if this thread is interrupted while it waits
   *     for the store
   * @throws io.muster.store.MusterException if the store or another rank cannot be reached
   */
  public Optional<ProcessGroup> newGroup(List<Integer> ranks, Duration timeout) {
    // Before the group gets its number, which the other ranks count too.
    Duration unusedChecked = Deadline.requireNotNegative(timeout);
    ProcessGroup all;
    JoinedWorld current;
    String name;
    List<Integer> sorted;
    GroupCreation creation = new GroupCreation("newGroup");
    synchronized (this) {
      all = defaultGroup();
      current = requireWorld();
      sorted = requireRanks(ranks, all.size());
      name = current.nextGroupName();
      creations.add(creation);
    }
    try {
      if (!sorted.contains(all.rank())) {
        current.awaitAllRanks(name, all.store(), timeout);
        return Optional.empty();
      }
      ProcessGroup group = current.connect(name, sorted, all.store(), timeout, this::closed);
      add(group, current, creation);
      return Optional.of(group);
    } catch (RuntimeException | Error e) {
      if (creation.isCancelled()) {
        throw creation.failure(e);
      }
      throw e;
    } finally {
      end(creation);
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
              Locale.ROOT,
              "the ranks of a group must be different and below %d, but were %s",
              worldSize,
              ranks));
    }
    return sorted;
  }

  /**
   * Closes all groups, and the store if it was created with the default group; PyTorch's {@code
   * destroy_process_group}. If this rank hosts the store, other ranks cannot make groups any more.
   *
   * @throws IllegalStateException if there is no default group
   */
  public void destroyProcessGroup() {
    defaultGroup().close();
  }

  /** Called when a group has been closed. Closing the default group closes all others. */
  private void closed(ProcessGroup group) {
    List<ProcessGroup> others;
    JoinedWorld left;
    synchronized (this) {
      int index = groups.indexOf(group);
      JoinedWorld current = world;
      if (index < 0 || current == null) {
        return;
      }
      groups.remove(index);
      if (index > 0) {
        return;
      }
      others = List.copyOf(groups);
      left = current;
      world = null;
      groups.clear();
      creations.forEach(GroupCreation::cancel);
    }
    others.forEach(ProcessGroup::close);
    left.close();
  }

  private JoinedWorld requireWorld() {
    JoinedWorld current = world;
    if (current == null) {
      throw new IllegalStateException(
          "Default process group has not been initialized, please make sure to call"
              + " initProcessGroup.");
    }
    return current;
  }

  /**
   * Closes all groups, and the store if it was created with the default group. Calls of other
   * threads that are making groups are cancelled: they throw a {@link CollectiveException} at once.
   */
  @Override
  public void close() {
    Optional<ProcessGroup> all;
    List<GroupCreation> cancelled;
    synchronized (this) {
      cancelled = List.copyOf(creations);
      all = groups.isEmpty() ? Optional.empty() : Optional.of(groups.get(0));
    }
    cancelled.forEach(GroupCreation::cancel);
    cancelled.forEach(creation -> creation.awaitEnd(CANCEL_NANOS));
    all.ifPresent(ProcessGroup::close);
  }
}
