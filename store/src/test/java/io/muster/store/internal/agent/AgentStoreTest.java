package io.muster.store.internal.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgentStoreTest {
  @ParameterizedTest
  @CsvSource({
    // flag, MASTER_ADDR, MASTER_PORT, agentHosts, forgivesTakenPort
    "True, host, 29500, true,  true",
    "true, host, 29500, false, true",
    "1,    host, 29500, false, true",
    "YES,  host, 29500, false, true",
    "True, else, 29500, false, true",
    "True,     , 29500, false, true",
    "True, host, 29501, false, false",
    "True, host,      , false, false",
    "False, host, 29500, false, false",
    "'',   host, 29500, false, false",
    ",     host, 29500, false, false"
  })
  void rules_byFlagAndAddress(
      @Nullable String flag,
      @Nullable String address,
      @Nullable String port,
      boolean agentHosts,
      boolean forgivesTakenPort) {
    Map<String, String> environment = new HashMap<>();
    put(environment, "TORCHELASTIC_USE_AGENT_STORE", flag);
    put(environment, "MASTER_ADDR", address);
    put(environment, "MASTER_PORT", port);

    assertThat(AgentStore.agentHosts("host", 29500, environment)).isEqualTo(agentHosts);
    assertThat(AgentStore.forgivesTakenPort(29500, environment)).isEqualTo(forgivesTakenPort);
  }

  private static void put(Map<String, String> environment, String name, @Nullable String value) {
    if (value != null) {
      environment.put(name, value);
    }
  }
}
