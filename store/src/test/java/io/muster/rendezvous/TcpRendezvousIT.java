package io.muster.rendezvous;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.muster.fixtures.Background;
import io.muster.fixtures.FreePort;
import io.muster.store.MusterException;
import io.muster.store.NetworkException;
import io.muster.store.Store;
import io.muster.store.StoreTimeoutException;
import io.muster.store.TcpStore;
import io.muster.store.server.ServerBackend;
import io.muster.store.server.StoreServer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class TcpRendezvousIT {
  /** Rank 0 is free to take any port. */
  private static final String ALONE = "tcp://127.0.0.1:0?world_size=1&rank=0";

  @ParameterizedTest
  @CsvSource({
    "tcp://127.0.0.1?rank=0&world_size=1, port number missing",
    "tcp://127.0.0.1:?rank=0&world_size=1, port number missing",
    "tcp://:23456?rank=0&world_size=1, host name missing",
    "tcp://127.0.0.1:23456?world_size=1, rank parameter missing",
    "tcp://127.0.0.1:23456?rank=0, world size parameter missing",
  })
  void of_incompleteUrl_saysWhatIsMissing(String url, String missing) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Rendezvous.of(url))
        .withMessageStartingWith(
            "Error initializing torch.distributed using tcp:// rendezvous: " + missing);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 65536})
  void of_portOutOfRange_isRefused(int port) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Rendezvous.of("tcp://127.0.0.1:" + port + "?rank=0&world_size=1"))
        .withMessage("port must have value from 0 to 65535 but was " + port + ".");
  }

  @Test
  void of_worldSizeZero_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Rendezvous.of("tcp://127.0.0.1:0?rank=0&world_size=0"))
        .withMessage("TCPStore world size cannot be 0");
  }

  @Test
  void of_unknownHost_timesOutSayingSo() {
    RendezvousOptions options =
        RendezvousOptions.builder().timeout(Duration.ofSeconds(1)).environment(Map.of()).build();

    FreePort.use(
        port ->
            assertThatExceptionOfType(NetworkException.class)
                .isThrownBy(
                    () ->
                        Rendezvous.of(
                            "tcp://dnsnotexist:" + port + "?world_size=2&rank=0", options))
                .withMessageMatching(
                    "(?s)The client socket has timed out after 1000ms .*dnsnotexist.*")
                .satisfies(
                    e -> {
                      assertThat(e).isInstanceOf(MusterException.class);
                      assertThat(e.endpoint()).isEqualTo("dnsnotexist:" + port);
                    }));
  }

  @Test
  void of_aWorldOfOne_hostsAndMeets() {
    try (Rendezvous rendezvous = Rendezvous.of(ALONE, noVariables())) {
      assertThat(rendezvous.rank()).isZero();
      assertThat(rendezvous.worldSize()).isEqualTo(1);

      rendezvous.store().set("key0", "value0");

      assertThat(rendezvous.store().getString("key0")).isEqualTo("value0");
    }
  }

  @Test
  void of_aWorldOfThree_meetsInOneStore() {
    List<String> seen =
        FreePort.use(
            port -> {
              String url = "tcp://127.0.0.1:" + port;
              var others =
                  List.of(
                      Background.call(() -> greet(Rendezvous.of(url, 1, 3))),
                      Background.call(() -> greet(Rendezvous.of(url, 2, 3))));
              try (Rendezvous first = Rendezvous.of(url, 0, 3)) {
                first.store().await("done1", "done2");
                return List.of(others.get(0).result(), others.get(1).result());
              }
            });

    assertThat(seen).containsExactly("rank 1 meets rank 2", "rank 2 meets rank 1");
  }

  private static String greet(Rendezvous rendezvous) {
    try (rendezvous) {
      int other = 3 - rendezvous.rank();
      rendezvous.store().set("rank" + rendezvous.rank(), "rank " + rendezvous.rank());
      String greeting =
          "rank " + rendezvous.rank() + " meets " + rendezvous.store().getString("rank" + other);
      rendezvous.store().set("done" + rendezvous.rank(), "");
      return greeting;
    }
  }

  @Test
  void of_othersMissing_timesOutCountingThem() {
    RendezvousOptions options = RendezvousOptions.builder().timeout(Duration.ofSeconds(1)).build();

    assertThatExceptionOfType(StoreTimeoutException.class)
        .isThrownBy(() -> Rendezvous.of("tcp://127.0.0.1:0?rank=0&world_size=2", options))
        .withMessageStartingWith(
            "Timed out after 1 seconds waiting for clients. 1/2 clients joined.");
  }

  @Test
  void of_worldSizeNotFixed_waitsForNobody() {
    try (Rendezvous rendezvous =
        Rendezvous.of("tcp://127.0.0.1:0?rank=0&world_size=-1", noVariables())) {
      assertThat(rendezvous.worldSize()).isEqualTo(-1);
      assertThat(rendezvous.store().numKeys()).isZero();
    }
  }

  @Test
  void of_aTimeout_isTheStores() {
    RendezvousOptions options =
        RendezvousOptions.builder().timeout(Duration.ofMillis(1500)).build();

    try (Rendezvous rendezvous = Rendezvous.of(ALONE, options)) {
      long start = System.nanoTime();
      assertThatExceptionOfType(StoreTimeoutException.class)
          .isThrownBy(() -> rendezvous.store().get("nonexistent key"))
          .withMessageContaining("Timeout");
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isBetween(Duration.ofMillis(1500), Duration.ofSeconds(15));
    }
  }

  @Test
  void of_noTimeout_givesTheStoreThirtyMinutes() {
    try (Rendezvous rendezvous = Rendezvous.of(ALONE)) {
      assertThat(rendezvous.store().timeout()).hasMinutes(30);
    }
  }

  @Test
  void timeout_ofAGet_leavesTheClientUsable() {
    RendezvousOptions options = RendezvousOptions.builder().timeout(Duration.ofSeconds(1)).build();

    try (Rendezvous rendezvous = Rendezvous.of(ALONE, options)) {
      Store store = rendezvous.store();
      assertThatExceptionOfType(StoreTimeoutException.class)
          .isThrownBy(() -> store.get("the_key"))
          .withMessageContaining("Timeout");

      store.set("the_key", "x");

      assertThat(store.getString("the_key")).isEqualTo("x");
    }
  }

  @ParameterizedTest
  @CsvSource({
    ", , EVENT_LOOP",
    "1, , EVENT_LOOP",
    "0, , THREADED",
    "true, , THREADED",
    ", 1, EVENT_LOOP",
    ", 0, THREADED",
    ", yes, THREADED",
    "1, 0, EVENT_LOOP",
    "0, 1, THREADED",
  })
  void useLibuv_choosesTheBackend(
      @Nullable String argument, @Nullable String variable, ServerBackend expected) {
    String url = ALONE + (argument == null ? "" : "&use_libuv=" + argument);
    RendezvousOptions options =
        RendezvousOptions.builder()
            .environment(variable == null ? Map.of() : Map.of("USE_LIBUV", variable))
            .build();

    try (Rendezvous rendezvous = Rendezvous.of(url, options)) {
      assertThat(((TcpStore) rendezvous.store()).server())
          .hasValueSatisfying(server -> assertThat(server.backend()).isEqualTo(expected));
    }
  }

  @Test
  void of_rankZeroTwiceInOneProcess_sharesTheServer() {
    FreePort.use(
        port -> {
          String url = "tcp://127.0.0.1:" + port + "?rank=0&world_size=1";
          try (Rendezvous processGroup = Rendezvous.of(url, noVariables());
              Rendezvous rpc = Rendezvous.of(url, noVariables())) {
            processGroup.store().set("key", "value");
            return assertThat(rpc.store().getString("key")).isEqualTo("value");
          }
        });
  }

  @Test
  void of_rankZeroWhereTheAgentHosts_isAClient() {
    try (StoreServer agent = StoreServer.start();
        Rendezvous rendezvous = Rendezvous.of(url(agent), agentsVariables(agent, Map.of()))) {
      assertThat(((TcpStore) rendezvous.store()).server()).isEmpty();
      assertThat(((TcpStore) rendezvous.store()).port()).isEqualTo(agent.port());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "MASTER_PORT, 1",
    "MASTER_ADDR, localhost",
    "TORCHELASTIC_USE_AGENT_STORE, False",
    "TORCHELASTIC_USE_AGENT_STORE, ''"
  })
  void of_rankZeroWhereTheAgentDoesNotHost_hosts(String variable, String value) {
    try (StoreServer agent = StoreServer.start();
        Rendezvous rendezvous =
            Rendezvous.of(ALONE, agentsVariables(agent, Map.of(variable, value)))) {
      assertThat(((TcpStore) rendezvous.store()).server()).isPresent();
    }
  }

  @Test
  void of_rankZeroOnAPortThatAnotherProcessHas_fails() {
    try (StoreServer other = StoreServer.start()) {
      assertThatExceptionOfType(NetworkException.class)
          .isThrownBy(() -> Rendezvous.of(url(other), noVariables()))
          .withMessageStartingWith(
              "The server socket has failed to listen on any local network address. port: "
                  + other.port());
    }
  }

  private static String url(StoreServer server) {
    return "tcp://127.0.0.1:" + server.port() + "?rank=0&world_size=1";
  }

  private static RendezvousOptions noVariables() {
    return RendezvousOptions.builder().environment(Map.of()).build();
  }

  private static RendezvousOptions agentsVariables(StoreServer agent, Map<String, String> instead) {
    Map<String, String> variables = new HashMap<>();
    variables.put("TORCHELASTIC_USE_AGENT_STORE", "True");
    variables.put("MASTER_ADDR", "127.0.0.1");
    variables.put("MASTER_PORT", String.valueOf(agent.port()));
    variables.putAll(instead);
    return RendezvousOptions.builder().environment(variables).build();
  }
}
