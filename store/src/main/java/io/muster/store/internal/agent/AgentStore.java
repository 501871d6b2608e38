package io.muster.store.internal.agent;

import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The two rules by which PyTorch decides whether torchelastic's agent hosts the store of a job.
 * {@code torchrun} starts the store in the agent and tells its workers so in {@code
 * TORCHELASTIC_USE_AGENT_STORE}. The rules differ in what they accept as true and in what they
 * compare.
 */
public final class AgentStore {
  private static final String FLAG = "TORCHELASTIC_USE_AGENT_STORE";
  private static final Set<String> TRUE = Set.of("y", "yes", "1", "t", "true");

  private AgentStore() {}

  /**
   * The rule of {@code tcp://} and {@code env://}, from PyTorch 2.14 on: no rank hosts if the flag
   * is exactly {@code True}, {@code MASTER_ADDR} is the host and {@code MASTER_PORT} the port.
   * Earlier versions compare neither.
   */
  public static boolean agentHosts(String host, int port, Map<String, String> environment) {
    return "True".equals(environment.get(FLAG))
        && host.equals(environment.get("MASTER_ADDR"))
        && isMasterPort(port, environment);
  }

  /**
   * The rule of {@code TCPStore}'s constructor: a host that cannot listen becomes a client if the
   * flag is y, yes, 1, t or true in any case, and {@code MASTER_PORT} is the port.
   */
  public static boolean forgivesTakenPort(int port, Map<String, String> environment) {
    return TRUE.contains(environment.getOrDefault(FLAG, "").toLowerCase(Locale.ROOT))
        && isMasterPort(port, environment);
  }

  private static boolean isMasterPort(int port, Map<String, String> environment) {
    return String.valueOf(port).equals(environment.get("MASTER_PORT"));
  }
}
