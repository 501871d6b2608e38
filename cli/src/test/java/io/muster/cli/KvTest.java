package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.muster.fixtures.Eventually;
import io.muster.store.TcpStore;
import io.muster.store.server.StoreServer;
import io.muster.store.server.StoreServerOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every kv command against a real server. */
class KvTest {
  private static final byte[] EVERY_BYTE = new byte[256];

  static {
    for (int i = 0; i < EVERY_BYTE.length; i++) {
      EVERY_BYTE[i] = (byte) i;
    }
  }

  private final StoreServer server = StoreServer.start();
  private final TcpStore store = TcpStore.connect("127.0.0.1", server.port());

  @AfterEach
  void close() {
    store.close();
    server.close();
  }

  private String endpoint() {
    return "127.0.0.1:" + server.port();
  }

  private Cli.Result kv(String... args) {
    return kvWithInput(new byte[0], args);
  }

  private Cli.Result kvWithInput(byte[] input, String... args) {
    List<String> all = new ArrayList<>(List.of("kv", "--endpoint", endpoint()));
    all.addAll(List.of(args));
    return Cli.runWithInput(input, all.toArray(String[]::new));
  }

  private static void assertOk(Cli.Result result, String out) {
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).isEqualTo(out);
    assertThat(result.exitCode()).isZero();
  }

  private static void assertFails(Cli.Result result, int exitCode, String err) {
    assertThat(result.err()).isEqualTo(err + "\n");
    assertThat(result.exitCode()).isEqualTo(exitCode);
  }

  @Test
  void set_valueOnInput_isStoredByteForByte() {
    assertOk(kvWithInput(EVERY_BYTE, "set", "k"), "");

    assertThat(store.get("k")).isEqualTo(EVERY_BYTE);
  }

  @Test
  void set_noInputAtAll_storesTheEmptyValue() {
    assertOk(kv("set", "k"), "");

    assertThat(store.get("k")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"plain", "", "h\u00e9 \ud83d\ude80", "@file", "'quoted'", "${env:HOME}", "-5"})
  void set_valueAsArgument_isStoredAsItIs(String value) {
    assertOk(kv("set", "k", value), "");

    assertThat(store.getString("k")).isEqualTo(value);
  }

  @Test
  void set_valueThatLooksLikeAnOption_goesBehindTwoDashes() {
    assertOk(kv("set", "k", "--", "--wait"), "");

    assertThat(store.getString("k")).isEqualTo("--wait");
  }

  @Test
  void set_valueBeyondTheLimit_isMisuse() {
    assertFails(
        kvWithInput(new byte[11], "--max-value", "10", "set", "k"),
        ExitCode.MISUSE,
        "muster kv set: the value on standard input has more than 10 bytes; see --max-value");
    assertFails(
        kv("--max-value", "4", "set", "k", "12345"),
        ExitCode.MISUSE,
        "muster kv set: VALUE has 5 bytes; --max-value is 4");
    assertThat(store.check("k")).isFalse();
  }

  @Test
  void set_refusedByTheServer_saysWhy() {
    try (StoreServer small =
        StoreServer.start(StoreServerOptions.builder().maxStoredBytes(8).build())) {
      Cli.Result result =
          Cli.run("kv", "--endpoint", "127.0.0.1:" + small.port(), "set", "key", "0123456789");

      assertThat(result.exitCode()).isEqualTo(ExitCode.FAILED);
      assertThat(result.err())
          .contains(
              "127.0.0.1:" + small.port(), "the server refused a request", "more than 8 bytes");
    }
  }

  @Test
  void get_presentKey_printsTheValueByteForByte() {
    store.set("k", EVERY_BYTE);

    Cli.Result result = kv("get", "k");

    assertThat(result.exitCode()).isZero();
    assertThat(result.outBytes()).isEqualTo(EVERY_BYTE);
  }

  @Test
  void get_missingKey_isNotThere() {
    assertFails(
        kv("get", "k"), ExitCode.NOT_FOUND, "muster kv get: not found: k (" + endpoint() + ")");
  }

  @Test
  void getWait_missingKey_timesOut() {
    assertFails(
        kv("get", "--wait", "k", "--timeout", "20ms"),
        ExitCode.NOT_FOUND,
        "muster kv get: wait timeout after 20ms, keys: /k. Timeout on TcpStore("
            + endpoint()
            + "): missing 1 of 1: k");
  }

  @Test
  void getWait_keySetMeanwhile_printsIt() {
    CompletableFuture<Cli.Result> result =
        CompletableFuture.supplyAsync(() -> kv("get", "--wait", "k", "--timeout", "1m"));
    awaitOneWaiter();

    store.set("k", "v");

    assertOk(result.join(), "v");
  }

  @Test
  void add_countsUpAndDown() {
    assertOk(kv("add", "n"), "1\n");
    assertOk(kv("add", "n", "41"), "42\n");
    assertOk(kv("add", "n", "-43"), "-1\n");
  }

  @Test
  void add_toAValueThatIsNoNumber_fails() {
    store.set("n", "one");

    assertFails(
        kv("add", "n"),
        ExitCode.FAILED,
        "muster kv add: add on TcpStore("
            + endpoint()
            + ") failed: the value at n is not a number");
  }

  @ParameterizedTest
  @ValueSource(strings = {"one", "1.5", "9223372036854775808", "--bogus"})
  void add_deltaThatIsNoNumber_isMisuse(String delta) {
    Cli.Result result = kv("add", "n", delta);

    assertThat(result.exitCode()).isEqualTo(ExitCode.MISUSE);
    assertThat(result.err()).contains("'" + delta + "'").hasLineCount(1);
  }

  @Test
  void cas_asExpected_setsTheValue() {
    assertOk(kv("cas", "k", "", "a"), "");
    assertOk(kv("cas", "k", "a", "b"), "");
    assertOk(kv("cas", "k", "b", "b"), "");

    assertThat(store.getString("k")).isEqualTo("b");
  }

  @Test
  void cas_otherValue_printsIt() {
    store.set("k", "now");

    Cli.Result result = kv("cas", "k", "then", "next");

    assertThat(result.out()).isEqualTo("now");
    assertFails(
        result,
        ExitCode.NOT_FOUND,
        "muster kv cas: not swapped: k has another value (" + endpoint() + ")");
  }

  @ParameterizedTest
  @CsvSource({"a,b", "a,a"})
  void cas_missingKey_isNotThere(String expected, String desired) {
    Cli.Result result = kv("cas", "k", expected, desired);

    assertThat(result.out()).isEmpty();
    assertFails(result, ExitCode.NOT_FOUND, "muster kv cas: not found: k (" + endpoint() + ")");
  }

  @Test
  void append_addsToTheValue() {
    assertOk(kv("append", "k", "one"), "");
    assertOk(kvWithInput(new byte[] {0, -1}, "append", "k"), "");

    assertThat(store.get("k")).isEqualTo(new byte[] {'o', 'n', 'e', 0, -1});
  }

  @Test
  void wait_presentKeys_returns() {
    store.set("a", "1");
    store.queuePush("b", "2");

    assertOk(kv("wait", "a", "b"), "");
  }

  @Test
  void wait_missingKey_timesOutAndNamesIt() {
    store.set("a", "1");

    assertFails(
        kv("--timeout=20ms", "wait", "a", "b"),
        ExitCode.NOT_FOUND,
        "muster kv wait: wait timeout after 20ms, keys: /a, /b. Timeout on TcpStore("
            + endpoint()
            + "): missing 1 of 2: b");
  }

  @Test
  void check_namesWhatIsMissing() {
    store.set("a", "1");

    assertOk(kv("check", "a"), "");
    assertFails(
        kv("check", "b", "a", "c"),
        ExitCode.NOT_FOUND,
        "muster kv check: not found: b, c (" + endpoint() + ")");
  }

  @Test
  void delete_removesAKeyOnce() {
    store.set("a", "1");

    assertOk(kv("delete", "a"), "");
    assertFails(
        kv("delete", "a"),
        ExitCode.NOT_FOUND,
        "muster kv delete: not found: a (" + endpoint() + ")");
  }

  @Test
  void delete_severalKeys_removesThoseThatAreThere() {
    store.set("a", "1");
    store.set("c", "1");

    assertFails(
        kv("delete", "a", "b", "c", "d"),
        ExitCode.NOT_FOUND,
        "muster kv delete: not found: b, d (" + endpoint() + ")");
    assertThat(store.listKeys()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"delete", "clear"})
  void deleteAndClear_withPrefix_keepOtherKeys(String command) {
    List.of("p/a", "p/b/c", "pq", "q").forEach(key -> store.set(key, "v"));

    assertOk(kv(command, "--prefix", "p"), "2\n");
    assertThat(store.listKeys()).containsExactlyInAnyOrder("pq", "q");
  }

  @Test
  void deleteAndClear_ofEverything_mustBeConfirmed() {
    store.set("a", "1");
    store.queuePush("q", "item");

    assertFails(
        kv("delete"),
        ExitCode.MISUSE,
        "muster kv delete: expected a KEY, or --prefix to delete all keys below it");
    assertFails(
        kv("clear"),
        ExitCode.MISUSE,
        "muster kv clear: deletes every key of "
            + endpoint()
            + "; confirm with --yes, or give --prefix");
    assertThat(store.check("a")).isTrue();
    assertOk(kv("clear", "--yes"), "1\n");
    assertThat(store.listKeys()).isEmpty();
    assertThat(store.queueLen("q")).isEqualTo(1);
  }

  @Test
  void dumpAndLoad_json_restoreEveryKeyAndValue() {
    String notUtf8 = "x\udcff\u00e9";
    store.set(notUtf8, EVERY_BYTE);
    store.set("a \u202e\"\n\u009b", "");
    store.set("\ud83d\ude80", "v");

    Cli.Result dump = kv("dump", "--json");
    assertThat(dump.err()).isEmpty();
    assertThat(dump.out().lines()).hasSize(3);
    assertThat(dump.out())
        .matches("[ -~\n]*")
        .contains(
            "{\"key\":\"a \\u202E\\\"\\n\\u009B\",\"value_base64\":\"\",\"kind\":\"value\"}\n")
        .contains("{\"key_base64\":\"eP/DqQ==\",");
    assertOk(kv("clear", "--yes"), "3\n");

    assertOk(kvWithInput(dump.outBytes(), "load"), "");

    assertThat(kv("dump", "--json").out()).isEqualTo(dump.out());
    assertThat(store.get(notUtf8)).isEqualTo(EVERY_BYTE);
    assertOk(kvWithInput(dump.outBytes(), "load", "--prefix", "copy"), "");
    assertThat(kv("dump", "--json", "--prefix", "copy").out()).isEqualTo(dump.out());
  }

  @Test
  void dump_isPrintable() {
    store.set("b", "x\u001b[2Jy");
    store.set("a\n", "1");

    assertOk(kv("dump"), "a\\u000a\t1\nb\tx\\u001b[2Jy\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nonsense | Unrecognized token",
        "[] | expected an object",
        "{\"key\":\"k\"} | expected key and value_base64",
        "{\"key\":\"k\",\"value_base64\":\"djE=\",\"kind\":\"queue\"} | unknown kind 'queue'",
        "{\"key\":\"k\",\"value_base64\":7} | "
      })
  void load_somethingElse_isMisuse(String line, String message) {
    String good = "{\"key\":\"ok\",\"value_base64\":\"djE=\",\"later\":[{}],\"kind\":\"value\"}";

    Cli.Result result = kvWithInput((good + "\n" + line).getBytes(StandardCharsets.UTF_8), "load");

    assertThat(result.exitCode()).isEqualTo(ExitCode.MISUSE);
    assertThat(result.err())
        .startsWith("muster kv load: line 2 of standard input is not a line of dump --json: ")
        .contains(message == null ? "" : message)
        .hasLineCount(1);
    assertThat(store.getString("ok")).isEqualTo("v1");
    assertThat(store.check("k")).isFalse();
  }

  @Test
  void getAndKeys_hexAndJson_printText() {
    store.set("k", new byte[] {0, -1});

    assertOk(kv("get", "--hex", "k"), "00ff\n");
    assertOk(
        kv("get", "k", "--json"), "{\"key\":\"k\",\"value_base64\":\"AP8=\",\"kind\":\"value\"}\n");
    assertOk(kv("keys", "--json"), "{\"key\":\"k\",\"kind\":\"value\"}\n");
    assertThat(kv("get", "--hex", "--json", "k").exitCode()).isEqualTo(ExitCode.MISUSE);
  }

  @Test
  void values_onATerminal_areEscapedButLineEndsAndTabs() {
    assertThat(
            Streams.printable("a\n\tb\\$1\u001b[2J\u202e\u00e9".getBytes(StandardCharsets.UTF_8)))
        .asString(StandardCharsets.UTF_8)
        .isEqualTo("a\n\tb\\$1\\u001b[2J\\u202e\u00e9");
    assertThat(Streams.printable(new byte[] {'a', -1})).asString().isEqualTo("a\\xff");
  }

  @Test
  void unknownCommand_suggestsTheSimilarOne() {
    assertThat(kv("delet", "k").err()).contains("did you mean delete?");
  }

  @Test
  void keysAndCount_showWhatIsThere() {
    assertOk(kv("keys"), "");
    store.multiSet(List.of("b", "a", "p/x"), List.of(new byte[0], new byte[0], new byte[0]));

    assertOk(kv("keys"), "a\nb\np/x\n");
    assertOk(kv("keys", "-0"), "a\0b\0p/x\0");
    assertOk(kv("count"), "3\n");
  }

  @Test
  void keys_thatAreNotText_arePrintedByteForByte() {
    store.set("a\udcff\u00e9", "1");

    assertThat(kv("keys").outBytes()).isEqualTo(new byte[] {'a', -1, (byte) 0xC3, (byte) 0xA9, 10});
  }

  @Test
  void mset_setsAll() {
    assertOk(kv("mset", "a", "1", "b", ""), "");

    assertThat(store.getString("a")).isEqualTo("1");
    assertThat(store.get("b")).isEmpty();
  }

  @Test
  void mset_keyWithoutValue_isMisuse() {
    assertFails(
        kv("mset", "a", "1", "b"), ExitCode.MISUSE, "muster kv mset: the last key has no value: b");
  }

  @Test
  void mget_printsAllOrNothing() {
    store.set("a", "1");
    store.set("b", "2");

    assertOk(kv("mget", "b", "a"), "2\n1\n");
    assertOk(kv("mget", "--null", "b", "a"), "2\0" + "1\0");
    Cli.Result result = kv("mget", "b", "c", "d");
    assertThat(result.out()).isEmpty();
    assertFails(result, ExitCode.NOT_FOUND, "muster kv mget: not found: c, d (" + endpoint() + ")");
  }

  @Test
  void pushPopLen_workAQueue() {
    assertOk(kv("len", "q"), "0\n");
    assertOk(kvWithInput(EVERY_BYTE, "push", "q"), "");
    assertOk(kv("push", "q", "second"), "");
    assertOk(kv("len", "q"), "2\n");

    assertThat(kv("pop", "q").outBytes()).isEqualTo(EVERY_BYTE);
    assertOk(kv("pop", "--wait", "q"), "second");
    assertFails(
        kv("pop", "q"),
        ExitCode.NOT_FOUND,
        "muster kv pop: queue is empty: q (TcpStore(" + endpoint() + "))");
  }

  @Test
  void popWait_itemPushedMeanwhile_printsIt() {
    CompletableFuture<Cli.Result> result =
        CompletableFuture.supplyAsync(() -> kv("pop", "--wait", "q", "--timeout", "1m"));
    awaitOneWaiter();

    store.queuePush("q", "item");

    assertOk(result.join(), "item");
  }

  @Test
  void barrier_everybodyThere_returns() {
    CompletableFuture<Cli.Result> first =
        CompletableFuture.supplyAsync(() -> kv("barrier", "b", "2", "--timeout", "1m"));

    assertOk(kv("barrier", "b", "2", "--timeout", "1m"), "");
    assertOk(first.join(), "");
  }

  @Test
  void barrier_alone_timesOut() {
    assertFails(
        kv("barrier", "b", "2", "--timeout", "20ms"),
        ExitCode.NOT_FOUND,
        "muster kv barrier: barrier timeout after 20ms, key: b. Timeout on TcpStore("
            + endpoint()
            + "): fewer than 2 arrived");
  }

  @Test
  void prefix_goesBeforeEveryKey() {
    assertOk(kv("--prefix", "p", "set", "k", "v"), "");
    assertOk(kv("keys", "--prefix", "p"), "k\n");
    assertOk(kv("--prefix", "p", "get", "k"), "v");
    assertFails(
        kv("--prefix", "p", "get", "l"),
        ExitCode.NOT_FOUND,
        "muster kv get: not found: p/l (" + endpoint() + ")");

    assertThat(store.getString("p/k")).isEqualTo("v");
  }

  @Test
  void anyCommand_noServer_hasNoConnection() {
    server.close();

    Cli.Result result = kv("--timeout", "0s", "get", "k");

    assertThat(result.exitCode()).isEqualTo(ExitCode.NO_CONNECTION);
    assertThat(result.err())
        .startsWith("muster kv get: The client socket has ")
        .contains("(127.0.0.1, " + server.port() + ")")
        .hasLineCount(1);
  }

  @Test
  void anyCommand_verbose_showsWhereAFailureComesFrom() {
    assertThat(kv("get", "k", "--verbose").err())
        .startsWith("muster kv get: not found: k (" + endpoint() + ")\n")
        .contains("\tat io.muster.cli.");
  }

  private void awaitOneWaiter() {
    while (server.statistics().waits() == 0) {
      Eventually.pause();
    }
  }

  @Test
  void get_outputCannotBeWritten_fails() {
    store.set("k", "v");
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("No space left on device");
          }
        };

    int exitCode =
        Main.run(
            new Streams(InputStream.nullInputStream(), full, err),
            "kv",
            "--endpoint",
            endpoint(),
            "get",
            "k");

    assertThat(exitCode).isEqualTo(ExitCode.FAILED);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo("muster kv get: cannot write to standard output: No space left on device\n");
  }

  /** Fault F3. */
  @Test
  void cas_valueThatIsThereAlready_isNotSwapped() {
    assertOk(kv("cas", "lock", "", "mine"), "");
    Cli.Result again = kv("cas", "lock", "", "mine");

    assertThat(again.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(again.out()).isEqualTo("mine");
    assertThat(again.err()).startsWith("muster kv cas: not swapped: lock ");
    assertOk(kv("cas", "lock", "mine", "mine"), "");
  }

  /** Fault F3. */
  @Test
  void cas_byManyAtOnceWithOneValue_isOnesAlone() {
    for (int round = 0; round < 20; round++) {
      String key = "lock" + round;
      List<CompletableFuture<Cli.Result>> all = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        all.add(
            CompletableFuture.supplyAsync(
                () -> kv("cas", key, "", "mine"), task -> new Thread(task, "kv").start()));
      }

      List<Cli.Result> results = all.stream().map(CompletableFuture::join).toList();

      assertThat(results.stream().map(Cli.Result::exitCode))
          .containsOnlyOnce(ExitCode.OK)
          .containsOnly(ExitCode.OK, ExitCode.NOT_FOUND);
      assertThat(results.stream().map(Cli.Result::out)).containsOnly("", "mine");
    }
  }

  /** Fault F4; the other numbers are checked by their options or may be any. */
  @ParameterizedTest
  @ValueSource(strings = {"-1", "0"})
  void barrier_ofNobody_isMisuse(String worldSize) {
    assertFails(
        kv("barrier", "b", worldSize),
        ExitCode.MISUSE,
        "muster kv barrier: WORLD_SIZE must be at least 1 but was " + worldSize);
  }

  /** Fault F4. */
  @Test
  void endpoint_asUrl_isTaken() {
    assertOk(Cli.run("kv", "--endpoint", "tcp://" + endpoint(), "set", "k", "v"), "");
    assertOk(Cli.run("kv", "--endpoint", "tcp://" + endpoint() + "/", "get", "k"), "v");
  }

  /** Fault F4. */
  @Test
  void endpoint_wrongInTheEnvironment_blamesTheVariable() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KvCommand.ofEnvironment("foo"))
        .withMessage(
            "Invalid value of the environment variable MUSTER_ENDPOINT:"
                + " 'foo' is not an endpoint: expected HOST:PORT");
    assertThat(KvCommand.ofEnvironment("")).isEqualTo(new Endpoint("127.0.0.1", 29500));
    assertThat(KvCommand.ofEnvironment("tcp://h:1")).isEqualTo(new Endpoint("h", 1));
  }
}
