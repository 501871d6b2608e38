package io.muster.collectives;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.store.PrefixStore;
import io.muster.store.Store;
import io.muster.store.TcpStore;
import io.muster.store.server.ServerBackend;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The store of a default group that was made by a URL. */
class InitProcessGroupStoreTest {
  private static final String LOOPBACK = "127.0.0.1";

  @ParameterizedTest
  @CsvSource({"'', EVENT_LOOP", "?use_libuv=1, EVENT_LOOP", "?use_libuv=0, THREADED"})
  void urlArgument_choosesTheBackendOfTheStore(String arguments, ServerBackend expected) {
    assertThat(backend("tcp://" + LOOPBACK + ":0" + arguments, Map.of())).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"1, EVENT_LOOP", "0, THREADED"})
  void environment_choosesTheBackendOfTheStore(String useLibuv, ServerBackend expected) {
    Map<String, String> environment =
        Map.of("USE_LIBUV", useLibuv, "MASTER_ADDR", LOOPBACK, "MASTER_PORT", "0");

    assertThat(backend("env://", environment)).isEqualTo(expected);
  }

  @Test
  void urlArgument_goesBeforeTheEnvironment() {
    assertThat(backend("tcp://" + LOOPBACK + ":0?use_libuv=1", Map.of("USE_LIBUV", "0")))
        .isEqualTo(ServerBackend.EVENT_LOOP);
  }

  /** Fault D5: the URL names localhost, and ranks on other hosts must reach the store. */
  @Test
  void bind_saysWhereTheStoreListens() {
    try (ProcessGroups groups = new ProcessGroups()) {
      ProcessGroup world =
          groups.initProcessGroup(
              ProcessGroupOptions.builder()
                  .initMethod("tcp://localhost:0")
                  .bind("127.0.0.3")
                  .rank(0)
                  .worldSize(1)
                  .environment(Map.of("GLOO_SOCKET_IFNAME", "lo"))
                  .timeout(Ranks.TIMEOUT)
                  .build());

      assertThat(belowThePrefixes(world.store()).server().orElseThrow().addresses())
          .extracting(address -> address.getAddress().getHostAddress())
          .containsExactly("127.0.0.3");
      groups.destroyProcessGroup();
    }
  }

  /** The server backend of the store of a world of one. */
  private static ServerBackend backend(String initMethod, Map<String, String> environment) {
    Map<String, String> variables = new HashMap<>(environment);
    variables.put("GLOO_SOCKET_IFNAME", "lo");
    try (ProcessGroups groups = new ProcessGroups()) {
      ProcessGroup world =
          groups.initProcessGroup(
              ProcessGroupOptions.builder()
                  .initMethod(initMethod)
                  .rank(0)
                  .worldSize(1)
                  .environment(variables)
                  .timeout(Ranks.TIMEOUT)
                  .build());
      TcpStore store = belowThePrefixes(world.store());
      world.store().set("key", "value");
      assertThat(store.getString("default_pg/0//key")).isEqualTo("value");

      ServerBackend backend = store.server().orElseThrow().backend();

      groups.destroyProcessGroup();
      assertThat(groups.isInitialized()).isFalse();
      return backend;
    }
  }

  private static TcpStore belowThePrefixes(Store store) {
    assertThat(store).isInstanceOf(PrefixStore.class);
    Store below = store;
    while (below instanceof PrefixStore prefixed) {
      below = prefixed.underlyingStore();
    }
    assertThat(below).isInstanceOf(TcpStore.class);
    return (TcpStore) below;
  }
}
