package io.muster.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.fixtures.Background;
import io.muster.fixtures.FreePort;
import io.muster.fixtures.Ipv6;
import io.muster.store.server.ServerBackend;
import io.muster.store.server.StoreServer;
import io.muster.store.server.StoreServerOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Stores that host their server, on each backend. */
@Tag("slow")
@ParameterizedClass
@EnumSource(ServerBackend.class)
class TcpStoreHostIT {
  private static final String HERE = "127.0.0.1";

  private final ServerBackend backend;

  TcpStoreHostIT(ServerBackend backend) {
    this.backend = backend;
  }

  private TcpStoreOptions.Builder options() {
    return TcpStoreOptions.builder()
        .backend(backend)
        .timeout(Background.PATIENCE)
        .environment(Map.of());
  }

  private TcpStore host(TcpStoreOptions.Builder options) {
    return TcpStore.host(HERE, 0, options.build());
  }

  @Test
  void host_servesAndIsAClient() {
    try (TcpStore store = host(options())) {
      store.set("key", "value");

      assertThat(store.getString("key")).isEqualTo("value");
      assertThat(store.host()).isEqualTo(HERE);
      assertThat(store).hasToString("TcpStore(127.0.0.1:" + store.port() + ")");
      StoreServer server = store.server().orElseThrow();
      assertThat(server.backend()).isEqualTo(backend);
      assertThat(server.port()).isEqualTo(store.port());
    }
  }

  @Test
  void close_ofTheHost_closesTheServer() {
    TcpStore store = host(options());
    store.close();

    TcpStore again = TcpStore.host(HERE, store.port(), options().build());

    assertThat(again.numKeys()).isZero();
    again.close();
  }

  @Test
  void host_portThatIsTaken_saysSo() {
    try (TcpStore store = host(options())) {
      String endpoint = HERE + ":" + store.port();

      assertThatExceptionOfType(NetworkException.class)
          .isThrownBy(() -> TcpStore.host(HERE, store.port(), options().build()))
          .withMessage(
              "The server socket has failed to listen on any local network address. port: "
                  + store.port()
                  + ", address: 127.0.0.1, name: EADDRINUSE, message: address already in use")
          .satisfies(e -> assertThat(e.endpoint()).isEqualTo(endpoint));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 65536})
  void host_portOutOfRange_isRefused(int port) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TcpStore.host(HERE, port, options().build()))
        .withMessage("port must have value from 0 to 65535 but was " + port + ".");
  }

  @Test
  void worldSize_zero_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options().worldSize(0))
        .withMessage("TCPStore world size cannot be 0");
  }

  @Test
  void multiTenant_hostsOfOnePort_shareTheServerAndItsJoinCounter() {
    TcpStoreOptions.Builder multiTenant = options().multiTenant(true);
    try (TcpStore first = host(multiTenant.worldSize(1));
        TcpStore second = TcpStore.host(HERE, first.port(), multiTenant.worldSize(2).build())) {
      first.set("key", "value");

      assertThat(second.getString("key")).isEqualTo("value");
      assertThat(second.server()).isEqualTo(first.server());
    }
  }

  @Test
  void multiTenant_theLastHostToClose_closesTheServer() {
    TcpStoreOptions multiTenant = options().multiTenant(true).build();
    TcpStore first = TcpStore.host(HERE, 0, multiTenant);
    TcpStore second = TcpStore.host(HERE, first.port(), multiTenant);

    first.close();
    first.close();
    second.set("key", "value");
    assertThat(second.getString("key")).isEqualTo("value");
    assertThatExceptionOfType(NetworkException.class)
        .isThrownBy(() -> TcpStore.host(HERE, second.port(), options().build()));

    second.close();
    try (TcpStore third = TcpStore.host(HERE, second.port(), multiTenant)) {
      assertThat(third.numKeys()).isZero();
    }
  }

  @Test
  void multiTenant_hostThatFailsToMeetOthers_leavesTheServerToTheRest() {
    TcpStoreOptions.Builder multiTenant = options().multiTenant(true);
    try (TcpStore first = host(multiTenant)) {
      TcpStoreOptions tooMany = multiTenant.worldSize(9).timeout(Duration.ofMillis(100)).build();
      assertThatThrownBy(() -> TcpStore.host(HERE, first.port(), tooMany))
          .as("connecting, or else the others, took too long")
          .isInstanceOfAny(StoreTimeoutException.class, NetworkException.class);

      first.set("key", "value");

      assertThat(first.getString("key")).isEqualTo("value");
    }
  }

  @Test
  void numKeysAndDeleteKey_countTheJoinCounterToo() {
    try (TcpStore store = host(options().worldSize(1))) {
      assertThat(store.numKeys()).isEqualTo(1);
      store.add("key", 1);
      store.add("key", 2);
      store.add("key", 3);
      store.set("key0", "value0");
      store.add("key3", 1);
      store.set("key1", "value1");
      assertThat(store.numKeys()).isEqualTo(5);

      assertThat(store.deleteKey("key")).isTrue();
      assertThat(store.numKeys()).isEqualTo(4);
      store.setTimeout(Duration.ofMillis(100));
      assertThatExceptionOfType(StoreTimeoutException.class).isThrownBy(() -> store.get("key"));

      assertThat(store.deleteKey("key0")).isTrue();
      assertThat(store.deleteKey("key3")).isTrue();
      assertThat(store.numKeys()).isEqualTo(2);
      store.set("key4", "value2");
      assertThat(store.numKeys()).isEqualTo(3);
      assertThat(store.getString("key1")).isEqualTo("value1");
      assertThat(store.getString("key4")).isEqualTo("value2");
      assertThat(store.listKeys()).containsExactlyInAnyOrder("key1", "key4");
    }
  }

  @Test
  void workers_ofAFixedWorld_allUseTheStore() {
    TcpStoreOptions.Builder fixed = options().worldSize(5);
    try (TcpStore server = host(fixed.waitForWorkers(false))) {
      server.set("key", "value");

      IntStream.range(0, 5).forEach(i -> work(i, server, fixed.waitForWorkers(true).build()));

      assertThat(server.numKeys()).as("with the join counter").isEqualTo(7);
    }
  }

  @Test
  void workers_ofAWorldThatIsNotFixed_useTheStore() {
    try (TcpStore server = host(options())) {
      server.set("key", "value");

      work(0, server, options().build());

      assertThat(server.numKeys()).as("without a join counter").isEqualTo(2);
    }
  }

  private static void work(int index, TcpStore server, TcpStoreOptions options) {
    try (TcpStore client = TcpStore.connect(HERE, server.port(), options)) {
      assertThat(client.server()).isEmpty();
      assertThat(client.getString("key")).isEqualTo("value");
      client.set("new_key" + index, "new_value" + index);
      assertThat(client.compareSet("new_key" + index, "new_value" + index, "next_value" + index))
          .isEqualTo("next_value" + index);
    }
  }

  @Test
  void host_ofAFixedWorld_waitsUntilAllHaveJoined() {
    TcpStoreOptions ofThree = options().worldSize(3).build();
    int keys =
        FreePort.use(
            port -> {
              var workers =
                  List.of(
                      Background.call(() -> TcpStore.connect(HERE, port, ofThree)),
                      Background.call(() -> TcpStore.connect(HERE, port, ofThree)));
              try (TcpStore host = TcpStore.host(HERE, port, ofThree)) {
                workers.forEach(worker -> worker.result().close());
                return (int) host.numKeys();
              }
            });

    assertThat(keys).isEqualTo(1);
  }

  @Test
  void host_workersMissing_timesOutCountingThem() {
    TcpStoreOptions.Builder ofTwo = options().worldSize(2).timeout(Duration.ofSeconds(1));

    assertThatExceptionOfType(StoreTimeoutException.class)
        .isThrownBy(() -> host(ofTwo))
        .withMessageStartingWith(
            "Timed out after 1 seconds waiting for clients. 1/2 clients joined.")
        .satisfies(e -> assertThat(e.timeout()).hasSeconds(1));
    host(ofTwo.waitForWorkers(false)).close();
  }

  @Test
  void host_workersMissing_givesThePortBack() {
    TcpStoreOptions ofTwo = options().worldSize(2).timeout(Duration.ofMillis(200)).build();
    FreePort.use(
            port -> {
              assertThatThrownBy(() -> TcpStore.host(HERE, port, ofTwo))
                  .isInstanceOfAny(StoreTimeoutException.class, NetworkException.class);
              return TcpStore.host(HERE, port, options().build());
            })
        .close();
  }

  @Test
  void interrupt_whileWaitingForWorkers_endsTheWait() {
    var waiting = Background.call(() -> host(options().worldSize(2))).awaitBlocked();

    waiting.interrupt();

    assertThat(waiting.failure())
        .isInstanceOf(StoreInterruptedException.class)
        .hasMessageStartingWith("interrupted while ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "t", "true", "True", "YES", "y"})
  void host_onTheAgentsPort_becomesAClient(String truth) {
    try (StoreServer agent = StoreServer.start();
        TcpStore store = TcpStore.host(HERE, agent.port(), agent(truth, agent.port()).build())) {
      assertThat(store.port()).isEqualTo(agent.port());
      assertThat(store.server()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "False, 0", "'', 0", "1, 1"})
  void host_onAPortThatIsNotTheAgents_fails(String truth, int portsAway) {
    try (StoreServer agent = StoreServer.start()) {
      TcpStoreOptions options = agent(truth, agent.port() + portsAway).build();

      assertThatExceptionOfType(NetworkException.class)
          .isThrownBy(() -> TcpStore.host(HERE, agent.port(), options));
    }
  }

  private TcpStoreOptions.Builder agent(String truth, int port) {
    Map<String, String> environment = new HashMap<>();
    environment.put("TORCHELASTIC_USE_AGENT_STORE", truth);
    environment.put("MASTER_PORT", String.valueOf(port));
    return options().environment(environment);
  }

  @Test
  void joinIfPortTaken_hostsOrElseJoins() {
    TcpStoreOptions.Builder joining = options().joinIfPortTaken(true);
    try (TcpStore first = host(joining);
        TcpStore second = TcpStore.host(HERE, first.port(), joining.worldSize(2).build())) {
      assertThat(first.server()).isPresent();
      assertThat(second.server()).isEmpty();
      first.set("key", "value");
      assertThat(second.getString("key")).isEqualTo("value");
    }
  }

  @Test
  void joinIfPortTaken_byNoStore_saysWhyItNeitherHostsNorJoins() throws IOException {
    try (ServerSocketChannel other = FreePort.bound()) {
      int port = FreePort.port(other);
      TcpStoreOptions joining =
          options().joinIfPortTaken(true).timeout(Duration.ofMillis(100)).build();

      assertThatExceptionOfType(NetworkException.class)
          .isThrownBy(() -> TcpStore.host(HERE, port, joining))
          .withMessageStartingWith("The client socket has timed out after 100ms")
          .satisfies(
              e ->
                  assertThat(e.getSuppressed())
                      .singleElement()
                      .asInstanceOf(InstanceOfAssertFactories.THROWABLE)
                      .hasMessageContaining("EADDRINUSE"));
    }
  }

  @Test
  void host_nameOfThisMachine_listensThereOnly() {
    try (TcpStore store = TcpStore.host("localhost", 0, options().build())) {
      assertThat(store.server().orElseThrow().addresses())
          .isNotEmpty()
          .allMatch(address -> address.getAddress().isLoopbackAddress());
    }
  }

  @Test
  void host_nameThatIsNotThisMachines_listensEverywhere() {
    TcpStoreOptions soon = options().timeout(Duration.ofSeconds(1)).build();

    assertThatExceptionOfType(NetworkException.class)
        .as("nobody is there to connect to")
        .isThrownBy(() -> TcpStore.host("no-such-host.invalid", 0, soon))
        .withMessageMatching(
            "The client socket has timed out after 1000ms .*no-such-host.invalid.*");

    // Linux answers on all of 127.0.0.0/8, but only 127.0.0.1 is an interface's address.
    if (System.getProperty("os.name").equals("Linux")) {
      try (TcpStore store = TcpStore.host("127.0.0.2", 0, options().build())) {
        assertThat(store.server().orElseThrow().addresses())
            .extracting(InetSocketAddress::getAddress)
            .allMatch(address -> address.isAnyLocalAddress());
      }
    }
  }

  @Test
  void host_ipv6Address_listensThere() {
    if (!Ipv6.isHere()) {
      return;
    }
    try (TcpStore host = TcpStore.host("::1", 0, options().build());
        TcpStore client = TcpStore.connect("::1", host.port(), options().build())) {
      host.set("key", "value");
      assertThat(client.getString("key")).isEqualTo("value");
      assertThat(client).hasToString("TcpStore([::1]:" + host.port() + ")");
      assertThat(host.server().orElseThrow().addresses())
          .singleElement()
          .matches(address -> address.getAddress().isLoopbackAddress());
    }
  }

  @Test
  void host_everywhere_isReachedByIpv4AndIpv6() {
    try (TcpStore host = TcpStore.host("0.0.0.0", 0, options().build())) {
      TcpStore.connect(HERE, host.port(), options().build()).close();
    }
    if (Ipv6.isHere()) {
      StoreServer everywhere =
          StoreServer.start(StoreServerOptions.builder().backend(backend).bind("*").build());
      try (everywhere) {
        TcpStore.connect(HERE, everywhere.port(), options().build()).close();
        TcpStore.connect("::1", everywhere.port(), options().build()).close();
      }
    }
  }
}
