package io.muster.rendezvous;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.muster.fixtures.Background;
import io.muster.fixtures.FreePort;
import io.muster.store.StoreTimeoutException;
import io.muster.store.TcpStore;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/**
 * Fault D5. A host that is called localhost, as masters of Kubernetes are, can be told to listen
 * where other hosts reach it, and says so if it was not told. The same shape was looked for in all
 * that host a store: {@code tcp://}, {@code env://}, process groups and RPC, which go by the same
 * options; and in the addresses of Gloo, which are those of {@code GLOO_SOCKET_IFNAME}.
 */
class BindTest {
  private static final String HINT = "the store listens on loopback only";

  private static RendezvousOptions.Builder options(Map<String, String> environment) {
    return RendezvousOptions.builder().timeout(Duration.ofSeconds(20)).environment(environment);
  }

  private static List<String> listensAt(Rendezvous rendezvous) {
    return ((TcpStore) rendezvous.store())
        .server().orElseThrow().addresses().stream()
            .map(InetSocketAddress::getAddress)
            .map(java.net.InetAddress::getHostAddress)
            .toList();
  }

  @Test
  void option_saysWhereTheHostListens() {
    try (Rendezvous host =
        Rendezvous.of(
            "tcp://localhost:0?rank=0&world_size=1",
            options(Map.of("MUSTER_BIND", "127.0.0.4")).bind("127.0.0.3").build())) {
      assertThat(listensAt(host)).containsExactly("127.0.0.3");
      host.store().set("key", "value");
      assertThat(host.store().getString("key")).isEqualTo("value");
    }
  }

  /** As a master pod has it: the others are given another name of the host. */
  @Test
  void variable_saysWhereTheHostListens_andTheOthersMeetItThere() {
    FreePort.use(
        port -> {
          Map<String, String> master =
              Map.of(
                  "MASTER_ADDR",
                  "localhost",
                  "MASTER_PORT",
                  "" + port,
                  "RANK",
                  "0",
                  "WORLD_SIZE",
                  "2",
                  "MUSTER_BIND",
                  "127.0.0.3");
          Background<String> other =
              Background.call(
                  () -> {
                    try (Rendezvous worker =
                        Rendezvous.of(
                            "tcp://127.0.0.3:" + port + "?rank=1&world_size=2",
                            options(Map.of()).build())) {
                      return worker.store().getString("greeting");
                    }
                  });
          try (Rendezvous host = Rendezvous.of("env://", options(master).build())) {
            host.store().set("greeting", "hello");
            assertThat(other.result()).isEqualTo("hello");
          }
          return true;
        });
  }

  @Test
  void emptyVariable_isNone() {
    assertThat(options(Map.of("MUSTER_BIND", "")).build().bind()).isEmpty();
    assertThat(options(Map.of("MUSTER_BIND", "*")).build().bind()).contains("*");
    assertThat(options(Map.of("MUSTER_BIND", "*")).bind("eth0").build().bind()).contains("eth0");
  }

  @Test
  void hostOnLoopback_whoseWorkersDoNotCome_saysWhyThatMayBe() {
    List<String> warnings = new CopyOnWriteArrayList<>();
    Logger logger = Logger.getLogger("io.muster.store");
    Handler handler = handler(warnings);
    logger.addHandler(handler);
    try {
      assertThatExceptionOfType(StoreTimeoutException.class)
          .isThrownBy(
              () ->
                  Rendezvous.of(
                      "tcp://localhost:0?rank=0&world_size=2",
                      options(Map.of()).timeout(Duration.ofSeconds(2)).build()))
          .withMessageContaining("1/2 clients joined")
          .withMessageContaining(HINT)
          .withMessageContaining("MUSTER_BIND");
    } finally {
      logger.removeHandler(handler);
    }
    assertThat(warnings)
        .singleElement()
        .asString()
        .contains("1 of 2 workers have joined")
        .contains(HINT)
        .contains("MUSTER_BIND");
  }

  @Test
  void workersThatJoinSoon_areNotWarnedOf() {
    List<String> warnings = new CopyOnWriteArrayList<>();
    Logger logger = Logger.getLogger("io.muster.store");
    Handler handler = handler(warnings);
    logger.addHandler(handler);
    try {
      int unused =
          FreePort.use(
              port -> {
                String url = "tcp://localhost:" + port + "?world_size=2&rank=";
                RendezvousOptions options = options(Map.of()).build();
                Background<Integer> other =
                    Background.call(
                        () -> {
                          try (TcpStore observer = TcpStore.connect("127.0.0.1", port)) {
                            // Until the host has joined, and so waits for this worker.
                            while (observer.numKeys() == 0) {
                              Thread.onSpinWait();
                            }
                          }
                          try (Rendezvous worker = Rendezvous.of(url + 1, options)) {
                            return worker.worldSize();
                          }
                        });
                try (Rendezvous host = Rendezvous.of(url + 0, options)) {
                  assertThat(other.result()).isEqualTo(host.worldSize());
                }
                return port;
              });
    } finally {
      logger.removeHandler(handler);
    }
    assertThat(warnings).isEmpty();
  }

  private static Handler handler(List<String> warnings) {
    return new Handler() {
      @Override
      public void publish(LogRecord record) {
        if (record.getLevel().intValue() >= Level.WARNING.intValue()) {
          warnings.add(java.text.MessageFormat.format(record.getMessage(), record.getParameters()));
        }
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
  }
}
