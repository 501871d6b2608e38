package io.muster.launcher;

import io.muster.launcher.internal.error.ErrorFile;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The environment variables of workers, which are those of {@code torchrun}. */
final class WorkerEnvironment {
  private static final String OMP_NUM_THREADS = "OMP_NUM_THREADS";

  private final WorldSpec spec;
  private final int port;

  WorkerEnvironment(WorldSpec spec, int port) {
    this.spec = spec;
    this.port = port;
  }

  /** The variables of a worker, in addition to those of this process. */
  Map<String, String> of(int rank, int attempt, Path errorFile) {
    String worldSize = Integer.toString(spec.worldSize());
    Map<String, String> variables = new HashMap<>(spec.environment());
    if (spec.worldSize() > 1 && System.getenv(OMP_NUM_THREADS) == null) {
      variables.putIfAbsent(OMP_NUM_THREADS, "1");
    }
    variables.put("RANK", Integer.toString(rank));
    variables.put("LOCAL_RANK", Integer.toString(rank));
    variables.put("WORLD_SIZE", worldSize);
    variables.put("LOCAL_WORLD_SIZE", worldSize);
    variables.put("GROUP_RANK", "0");
    variables.put("GROUP_WORLD_SIZE", "1");
    variables.put("ROLE_NAME", spec.role());
    variables.put("ROLE_RANK", Integer.toString(rank));
    variables.put("ROLE_WORLD_SIZE", worldSize);
    variables.put("MASTER_ADDR", spec.masterAddress());
    variables.put("MASTER_PORT", Integer.toString(port));
    variables.put("TORCHELASTIC_RESTART_COUNT", Integer.toString(attempt));
    variables.put("TORCHELASTIC_MAX_RESTARTS", Integer.toString(spec.maxRestarts()));
    variables.put("TORCHELASTIC_RUN_ID", spec.runId());
    // The launcher hosts the store. Without this, rank 0 would host another one.
    variables.put("TORCHELASTIC_USE_AGENT_STORE", "True");
    variables.put("TORCH_NCCL_ASYNC_ERROR_HANDLING", "1");
    variables.put(ErrorFile.VARIABLE, errorFile.toString());
    return variables;
  }
}
