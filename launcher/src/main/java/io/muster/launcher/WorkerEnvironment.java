package io.muster.launcher;

import io.muster.launcher.internal.error.ErrorFile;
import io.muster.launcher.internal.nodes.Placement;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The environment variables of workers, which are those of {@code torchrun}. */
final class WorkerEnvironment {
  private static final String OMP_NUM_THREADS = "OMP_NUM_THREADS";

  private final WorldSpec spec;
  private final Placement placement;
  private final int port;

  WorkerEnvironment(WorldSpec spec, Placement placement, int port) {
    this.spec = spec;
    this.placement = placement;
    this.port = port;
  }

  /** The variables of a worker, in addition to those of this process. */
  Map<String, String> of(int localRank, int attempt, Path errorFile) {
    Map<String, String> variables = new HashMap<>(spec.environment());
    if (spec.localWorldSize() > 1 && System.getenv(OMP_NUM_THREADS) == null) {
      variables.putIfAbsent(OMP_NUM_THREADS, "1");
    }
    put(variables, "RANK", placement.firstRank() + localRank);
    put(variables, "LOCAL_RANK", spec.isVirtualLocalRank() ? 0 : localRank);
    if (spec.isVirtualLocalRank()) {
      variables.put(VisibleDevices.VARIABLE, VisibleDevices.of(localRank, System.getenv()));
    }
    put(variables, "WORLD_SIZE", placement.worldSize());
    put(variables, "LOCAL_WORLD_SIZE", spec.localWorldSize());
    put(variables, "GROUP_RANK", placement.nodeRank());
    put(variables, "GROUP_WORLD_SIZE", placement.nodes().size());
    variables.put("ROLE_NAME", spec.role());
    put(variables, "ROLE_RANK", placement.firstRoleRank() + localRank);
    put(variables, "ROLE_WORLD_SIZE", placement.roleWorldSize());
    variables.put("MASTER_ADDR", spec.masterAddress());
    put(variables, "MASTER_PORT", port);
    put(variables, "TORCHELASTIC_RESTART_COUNT", attempt);
    put(variables, "TORCHELASTIC_MAX_RESTARTS", placement.maxRestarts());
    variables.put("TORCHELASTIC_RUN_ID", spec.runId());
    // A launcher hosts the store. Without this, rank 0 would host another one.
    variables.put("TORCHELASTIC_USE_AGENT_STORE", "True");
    variables.put("TORCH_NCCL_ASYNC_ERROR_HANDLING", "1");
    variables.put(ErrorFile.VARIABLE, errorFile.toString());
    return variables;
  }

  private static void put(Map<String, String> variables, String name, int value) {
    variables.put(name, Integer.toString(value));
  }
}
