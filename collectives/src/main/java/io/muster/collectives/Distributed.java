package io.muster.collectives;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * The process groups of this process; PyTorch's {@code torch.distributed}. The static methods call
 * the methods of the same name of one {@link ProcessGroups}: that of the process, or of the current
 * thread inside {@link #with}. Thread-safe.
 *
 * <pre>{@code
 * static void train(int rank, float[] gradients) {
 *   ProcessGroupOptions options =
 *       ProcessGroupOptions.builder()
 *           .initMethod("tcp://10.0.0.1:29500")
 *           .rank(rank)
 *           .worldSize(4)
 *           .build();
 *   try (ProcessGroup world = Distributed.initProcessGroup(options)) {
 *     world.allReduce(Tensor.of(gradients), ReduceOp.AVG);
 *     world.barrier();
 *   }
 * }
 * }</pre>
 */
public final class Distributed {
  private static final ProcessGroups PROCESS_GROUPS = new ProcessGroups();
  private static final ThreadLocal<@Nullable ProcessGroups> THREAD_GROUPS = new ThreadLocal<>();

  private Distributed() {}

  /** The groups that the other methods use: those of the current thread, or else of the process. */
  public static ProcessGroups groups() {
    ProcessGroups own = THREAD_GROUPS.get();
    return own == null ? PROCESS_GROUPS : own;
  }

  /**
   * Runs {@code body} on this thread, with {@code groups} in place of the groups of the process. A
   * program can thus be several ranks, each on a thread of its own. Threads that {@code body}
   * starts use the groups of the process.
   *
   * @return what {@code body} returns
   * @throws Exception what {@code body} throws
   */
  public static <T extends @Nullable Object> T with(ProcessGroups groups, Callable<T> body)
      throws Exception {
    ProcessGroups outer = THREAD_GROUPS.get();
    THREAD_GROUPS.set(groups);
    try {
      return body.call();
    } finally {
      if (outer == null) {
        THREAD_GROUPS.remove();
      } else {
        THREAD_GROUPS.set(outer);
      }
    }
  }

  /** Calls {@link ProcessGroups#initProcessGroup}. */
  public static ProcessGroup initProcessGroup(ProcessGroupOptions options) {
    return groups().initProcessGroup(options);
  }

  /** Calls {@link ProcessGroups#isInitialized}. */
  public static boolean isInitialized() {
    return groups().isInitialized();
  }

  /** Calls {@link ProcessGroups#defaultGroup}. */
  public static ProcessGroup defaultGroup() {
    return groups().defaultGroup();
  }

  /** Calls {@link ProcessGroups#newGroup(List)}. */
  public static Optional<ProcessGroup> newGroup(List<Integer> ranks) {
    return groups().newGroup(ranks);
  }

  /** Calls {@link ProcessGroups#newGroup(List, Duration)}. */
  public static Optional<ProcessGroup> newGroup(List<Integer> ranks, Duration timeout) {
    return groups().newGroup(ranks, timeout);
  }

  /** Calls {@link ProcessGroups#destroyProcessGroup}. */
  public static void destroyProcessGroup() {
    groups().destroyProcessGroup();
  }
}
