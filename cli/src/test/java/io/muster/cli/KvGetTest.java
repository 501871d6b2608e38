package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.store.Store;
import io.muster.store.TcpStore;
import io.muster.store.server.StoreServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code muster kv get} with several keys; {@link KvTest} has the rest. */
class KvGetTest {
  private final StoreServer server = StoreServer.start();

  @BeforeEach
  void set() {
    try (Store store = TcpStore.connect("127.0.0.1", server.port())) {
      store.set("a", "1");
      store.set("b", "two");
      assertThat(store.numKeys()).isEqualTo(2);
    }
  }

  @AfterEach
  void close() {
    server.close();
  }

  private Cli.Result get(String... args) {
    String[] all = new String[args.length + 4];
    all[0] = "kv";
    all[1] = "--endpoint";
    all[2] = "127.0.0.1:" + server.port();
    all[3] = "get";
    System.arraycopy(args, 0, all, 4, args.length);
    return Cli.run(all);
  }

  @Test
  void severalKeys_areALineEach_inTheGivenOrder() {
    assertThat(get("b", "a").out()).isEqualTo("two\n1\n");
    assertThat(get("--hex", "b", "a").out()).isEqualTo("74776f\n31\n");
    assertThat(get("--json", "b", "a").out())
        .isEqualTo(
            """
            {"key":"b","value_base64":"dHdv","kind":"value"}
            {"key":"a","value_base64":"MQ==","kind":"value"}
            """);
  }

  @Test
  void oneKey_hasNoLineEnd() {
    assertThat(get("b").out()).isEqualTo("two");
  }

  @Test
  void missingKeys_areNamed_andNothingIsPrinted() {
    Cli.Result result = get("a", "c", "d");

    assertThat(result.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(result.err()).startsWith("muster kv get: not found: c, d (");
    assertThat(result.out()).isEmpty();
  }
}
