package io.muster.collectives;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * The process groups of this process, as PyTorch's {@code torch.distributed} has them: the static
 * face of one {@link ProcessGroups}, whose methods these are.
 *
 * <pre>{@code
 * try (ProcessGroup world =
 *     Distributed.initProcessGroup(
 *         ProcessGroupOptions.builder()
 *             .initMethod("tcp://10.0.0.1:29500")
 *             .rank(rank)
 *             .worldSize(4)
 *             .build())) {
 *   world.allReduce(Tensor.of(gradients), ReduceOp.AVG);
 * }
 * }</pre>
 */
public final class Distributed {
  private static final ProcessGroups OF_PROCESS = new ProcessGroups();
  private static final ThreadLocal<@Nullable ProcessGroups> OF_THREAD = new ThreadLocal<>();

  private Distributed() {}

  /** The groups that the other methods are about: this thread's own, or else the process's. */
  public static ProcessGroups groups() {
    ProcessGroups own = OF_THREAD.get();
    return own == null ? OF_PROCESS : own;
  }

  /**
   * Runs something on this thread for which other groups stand in for the process's. So a program
   * may be several ranks, each on a thread.
   *
   * @return what {@code body} returns
   * @throws Exception what {@code body} throws
   */
  public static <T extends @Nullable Object> T with(ProcessGroups groups, Callable<T> body)
      throws Exception {
    ProcessGroups outer = OF_THREAD.get();
    OF_THREAD.set(groups);
    try {
      return body.call();
    } finally {
      if (outer == null) {
        OF_THREAD.remove();
      } else {
        OF_THREAD.set(outer);
      }
    }
  }

  /** {@link ProcessGroups#initProcessGroup}. */
  public static ProcessGroup initProcessGroup(ProcessGroupOptions options) {
    return groups().initProcessGroup(options);
  }

  /** {@link ProcessGroups#isInitialized}. */
  public static boolean isInitialized() {
    return groups().isInitialized();
  }

  /** {@link ProcessGroups#defaultGroup}. */
  public static ProcessGroup defaultGroup() {
    return groups().defaultGroup();
  }

  /** {@link ProcessGroups#newGroup(List)}. */
  public static Optional<ProcessGroup> newGroup(List<Integer> ranks) {
    return groups().newGroup(ranks);
  }

  /** {@link ProcessGroups#newGroup(List, Duration)}. */
  public static Optional<ProcessGroup> newGroup(List<Integer> ranks, Duration timeout) {
    return groups().newGroup(ranks, timeout);
  }

  /** {@link ProcessGroups#destroyProcessGroup}. */
  public static void destroyProcessGroup() {
    groups().destroyProcessGroup();
  }
}
