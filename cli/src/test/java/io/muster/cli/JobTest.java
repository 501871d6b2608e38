package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.admin.AdminOptions;
import io.muster.admin.ServerRecord;
import io.muster.admin.ServerRecords;
import io.muster.store.Store;
import io.muster.store.TcpStore;
import io.muster.store.server.StoreJob;
import io.muster.store.server.StoreServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code muster job}, against a server of this process. */
class JobTest {
  private static final String TOKEN = "a-token-of-this-test";

  @TempDir private Path directory = Path.of("");

  private final StoreServer server = StoreServer.start();
  private final Map<String, String> environment = new HashMap<>();
  private ControlEndpoint control;

  @BeforeEach
  void start() {
    environment.put("XDG_RUNTIME_DIR", directory.toString());
    control = new ControlEndpoint(server, records(), AdminOptions.builder().token(TOKEN));
  }

  @AfterEach
  void stop() {
    control.close();
    server.close();
  }

  private ServerRecords records() {
    return ServerRecords.ofUser(environment);
  }

  private Cli.Result job(String... args) {
    String[] all = new String[args.length + 1];
    all[0] = "job";
    System.arraycopy(args, 0, all, 1, args.length);
    return Cli.runWithEnvironment(environment, all);
  }

  private static Cli.Result success(Cli.Result result) {
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.err()).isEmpty();
    return result;
  }

  @Test
  void createdJob_isServed_listed_shown_andRemoved() throws IOException {
    int port = Integer.parseInt(success(job("create", "train-17,world-size=2")).out().strip());

    try (Store store = TcpStore.connect("127.0.0.1", port)) {
      store.set("k", "value");
      assertThat(store.check("k")).isTrue();
      assertThat(success(job("list")).out())
          .matches(
              "JOB +PORT +WORLD +CLIENTS +WAITS +KEYS +BYTES\n"
                  + "default +[0-9]+ +- +0 +0 +0 +0\n"
                  + ("train-17 +" + port + " +2 +1 +0 +1 +[0-9]+\n"));
      assertThat(success(job("show", "train-17")).out())
          .contains("world size  2\n", "127.0.0.1:" + port, "SET 1");
    }
    assertThat(records().running().get(0).listeners()).containsOnlyKeys("default", "train-17");

    assertThat(success(job("remove", "train-17")).out()).isEmpty();

    assertThat(server.jobs()).extracting(StoreJob::name).containsExactly("default");
    assertThat(records().running().get(0).listeners()).containsOnlyKeys("default");
  }

  @Test
  void json_isAnObjectPerLine() {
    success(job("create", "b"));

    String list = success(job("list", "--json")).out();

    assertThat(list).hasLineCount(2).startsWith("{\"name\":\"default\",").endsWith("}\n");
    assertThat(success(job("show", "b", "--json")).out())
        .hasLineCount(1)
        .startsWith("{\"name\":\"b\",\"port\":")
        .contains("\"world_size\":null");
  }

  @Test
  void clear_deletesTheKeys_andOnRequestDisconnects() {
    try (Store store = TcpStore.connect("127.0.0.1", server.port())) {
      store.set("k", "v");
      assertThat(store.check("k")).isTrue();

      success(job("clear", "default"));

      assertThat(store.check("k")).isFalse();
      assertThat(server.statistics().openConnections()).isEqualTo(1);
      success(job("clear", "default", "--disconnect"));
      assertThat(server.statistics().openConnections()).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "show none, 1, muster job show: the server has no job 'none'",
    "clear none, 1, muster job clear: the server has no job 'none'",
    "remove none, 1, muster job remove: the server has no job 'none'",
    "show .., 2, muster job show: a job's name must be 1 to 63 of the characters",
    "clear a/b, 2, muster job clear: a job's name must be 1 to 63 of the characters",
    "remove \u202e, 2, muster job remove: a job's name must be 1 to 63 of the characters",
    "create default, 5, muster job create: the job was not created: the server has a job",
    "create a/b, 2, muster job create: Invalid value for positional parameter at index 0",
    "create, 2, muster job create: Missing required parameter",
    "remove, 2, muster job remove: Missing required parameter",
    "lits, 2, 'muster job: Unmatched argument at index 1: ''lits'''"
  })
  void failure_isOneLineAndACode(String args, int exitCode, String line) {
    Cli.Result result = job(args.split(" "));

    assertThat(result.exitCode()).as(result.err()).isEqualTo(exitCode);
    assertThat(result.err()).startsWith(line).hasLineCount(1);
    assertThat(result.out()).isEmpty();
    assertThat(server.jobs()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "localhost"})
  void server_isFoundByTheAddressOfAJob(String host) throws IOException {
    writeRecordOfAnotherServer();

    assertThat(success(job("--server", host + ":" + server.port(), "list")).out())
        .contains("default ");
  }

  @Test
  void server_isFoundByTheAddressOfItsEndpoint_withItsToken() throws IOException {
    writeRecordOfAnotherServer();

    success(job("--server", address(), "clear", "default"));
  }

  @Test
  void severalServers_mustBeChosenFrom() throws IOException {
    writeRecordOfAnotherServer();

    Cli.Result result = job("list");

    assertThat(result.exitCode()).isEqualTo(ExitCode.MISUSE);
    assertThat(result.err())
        .startsWith("muster job list: 2 servers run as this user; choose one with --server: ")
        .contains(address(), "127.0.0.1:1", "default on 127.0.0.1:" + server.port())
        .hasLineCount(1);
  }

  @Test
  void noServer_isNoConnection() {
    control.close();

    Cli.Result result = job("list");

    assertThat(result.exitCode()).isEqualTo(ExitCode.NO_CONNECTION);
    assertThat(result.err())
        .startsWith("muster job list: no server with a control endpoint runs as this user")
        .hasLineCount(1);
  }

  @Test
  void serverWithoutARecord_canBeRead_andNeedsTheTokenForWrites() throws IOException {
    String address = address();
    environment.put("XDG_RUNTIME_DIR", directory.resolve("other").toString());

    success(job("--server", address, "list"));
    Cli.Result refused = job("--server", address, "create", "a");
    Path file = Files.writeString(directory.resolve("token"), TOKEN + "\n");
    success(job("--server", address, "--token-file", file.toString(), "create", "a"));
    environment.put("MUSTER_ADMIN_TOKEN", TOKEN);
    success(job("--server", address, "create", "b"));

    assertThat(refused.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(refused.err())
        .contains("a write needs the header", "give it with --token-file or MUSTER_ADMIN_TOKEN")
        .hasLineCount(1);
    assertThat(server.jobs()).extracting(StoreJob::name).containsExactly("default", "a", "b");
  }

  @Test
  void recordsThatCannotBeRead_areNotNeededWithTheAddressOfAnEndpoint() throws IOException {
    String address = address();
    Path other = Files.createDirectory(directory.resolve("other"));
    Files.createSymbolicLink(other.resolve("muster"), other.resolve("muster"));
    environment.put("XDG_RUNTIME_DIR", other.toString());

    success(job("--server", address, "list"));
    Cli.Result unnamed = job("list");

    assertThat(unnamed.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(unnamed.err())
        .startsWith("muster job list: cannot read the records of servers: ")
        .hasLineCount(1);
  }

  @Test
  void givenToken_takesPrecedence() throws IOException {
    environment.put("MUSTER_ADMIN_TOKEN", "another-token-of-20");

    assertThat(job("clear", "default").err()).contains("is not this server's");
    Path file = Files.writeString(directory.resolve("token"), TOKEN);
    success(job("--token-file", file.toString(), "clear", "default"));
  }

  @Test
  void tokenFileWithoutAToken_isMisuse() throws IOException {
    Path file = Files.writeString(directory.resolve("token"), "short\n");
    for (String name : List.of(file.toString(), directory.resolve("none").toString())) {
      Cli.Result result = job("list", "--token-file", name);

      assertThat(result.exitCode()).isEqualTo(ExitCode.MISUSE);
      assertThat(result.err()).startsWith("muster job list: --token-file " + name).hasLineCount(1);
    }
  }

  @Test
  void portOfAStore_isNoControlEndpoint() {
    environment.put("XDG_RUNTIME_DIR", directory.resolve("other").toString());

    Cli.Result result = job("--server", "127.0.0.1:" + server.port(), "list");

    assertThat(result.exitCode()).isEqualTo(ExitCode.NO_CONNECTION);
    assertThat(result.err())
        .startsWith("muster job list: no control endpoint of a server at 127.0.0.1:")
        .hasLineCount(1);
  }

  private String address() {
    return control.url().substring("http://".length());
  }

  /** A record of a process that runs, as this one does, but with another identifier. */
  private void writeRecordOfAnotherServer() throws IOException {
    ProcessHandle parent = ProcessHandle.current().parent().orElseThrow();
    records()
        .write(
            new ServerRecord(
                parent.pid(),
                0,
                Map.of("default", List.of("127.0.0.1:1")),
                "http://127.0.0.1:1",
                "another-token-of-20",
                Optional.empty()));
  }
}
