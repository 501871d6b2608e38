package io.muster.rendezvous;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.muster.fixtures.Background;
import io.muster.fixtures.FreePort;
import io.muster.store.TcpStore;
import io.muster.store.server.ServerBackend;
import io.muster.store.server.StoreServer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvRendezvousTest {
  private static final Map<String, String> ALONE =
      Map.of("RANK", "0", "WORLD_SIZE", "1", "MASTER_ADDR", "127.0.0.1", "MASTER_PORT", "0");

  @Test
  void of_everythingInTheEnvironment_meets() {
    try (Rendezvous rendezvous = Rendezvous.of("env://", with(ALONE))) {
      assertThat(rendezvous.rank()).isZero();
      assertThat(rendezvous.worldSize()).isEqualTo(1);

      rendezvous.store().set("key0", "value0");

      assertThat(rendezvous.store().getString("key0")).isEqualTo("value0");
    }
  }

  @Test
  void of_twoProcesses_meetInOneStore() {
    String value =
        FreePort.use(
            port -> {
              var second = Background.call(() -> Rendezvous.of("env://", with(ofTwo(1, port))));
              try (Rendezvous first = Rendezvous.of("env://", with(ofTwo(0, port)))) {
                first.store().set("key", "value");
                try (Rendezvous other = second.result()) {
                  return other.store().getString("key");
                }
              }
            });

    assertThat(value).isEqualTo("value");
  }

  private static Map<String, String> ofTwo(int rank, int port) {
    return Map.of(
        "RANK",
        String.valueOf(rank),
        "WORLD_SIZE",
        "2",
        "MASTER_ADDR",
        "127.0.0.1",
        "MASTER_PORT",
        String.valueOf(port));
  }

  @ParameterizedTest
  @ValueSource(strings = {"RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"})
  void of_variableUnsetOrEmpty_saysWhich(String variable) {
    Map<String, String> unset = new HashMap<>(ALONE);
    unset.remove(variable);

    for (Map<String, String> environment : List.of(unset, and(ALONE, variable, ""))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Rendezvous.of("env://", with(environment)))
          .withMessageStartingWith(
              "Error initializing torch.distributed using env:// rendezvous: environment variable "
                  + variable
                  + " expected, but not set");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"RANK", "WORLD_SIZE", "MASTER_PORT"})
  void of_variableThatIsNoNumber_saysWhich(String variable) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Rendezvous.of("env://", with(and(ALONE, variable, "one"))))
        .withMessageContaining("environment variable " + variable + " is not a number: one");
  }

  @Test
  void of_rankAndWorldSizeInTheUrl_goBeforeTheEnvironment() {
    Map<String, String> environment = and(and(ALONE, "RANK", "7"), "WORLD_SIZE", "8");

    try (Rendezvous rendezvous = Rendezvous.of("env://?rank=0&world_size=1", with(environment))) {
      assertThat(rendezvous.rank()).isZero();
      assertThat(rendezvous.worldSize()).isEqualTo(1);
    }
  }

  @Test
  void of_rankAndWorldSizeInTheCall_goBeforeTheEnvironment() {
    RendezvousOptions options =
        RendezvousOptions.builder()
            .rank(0)
            .worldSize(1)
            .environment(Map.of("MASTER_ADDR", "127.0.0.1", "MASTER_PORT", "0"))
            .build();

    try (Rendezvous rendezvous = Rendezvous.of("env://", options)) {
      assertThat(rendezvous.worldSize()).isEqualTo(1);
    }
  }

  @Test
  void useLibuv_ofTheUrlOrTheEnvironment_choosesTheBackend() {
    assertThat(backend("env://", ALONE)).isEqualTo(ServerBackend.EVENT_LOOP);
    assertThat(backend("env://?use_libuv=0", ALONE)).isEqualTo(ServerBackend.THREADED);
    assertThat(backend("env://", and(ALONE, "USE_LIBUV", "0"))).isEqualTo(ServerBackend.THREADED);
  }

  private static ServerBackend backend(String url, Map<String, String> environment) {
    try (Rendezvous rendezvous = Rendezvous.of(url, with(environment))) {
      return ((TcpStore) rendezvous.store()).server().orElseThrow().backend();
    }
  }

  @Test
  void of_rankZeroWhereTheAgentHosts_isAClient() {
    try (StoreServer agent = StoreServer.start()) {
      Map<String, String> environment =
          and(
              and(ALONE, "MASTER_PORT", String.valueOf(agent.port())),
              "TORCHELASTIC_USE_AGENT_STORE",
              "True");
      try (Rendezvous rendezvous = Rendezvous.of("env://", with(environment))) {
        assertThat(((TcpStore) rendezvous.store()).server()).isEmpty();
      }
    }
  }

  private static Map<String, String> and(
      Map<String, String> environment, String variable, String value) {
    Map<String, String> changed = new HashMap<>(environment);
    changed.put(variable, value);
    return changed;
  }

  private static RendezvousOptions with(Map<String, String> environment) {
    return RendezvousOptions.builder().environment(environment).build();
  }
}
