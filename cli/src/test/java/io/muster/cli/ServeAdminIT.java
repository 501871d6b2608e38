package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.store.Store;
import io.muster.store.TcpStore;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The control endpoint of {@code muster serve}, with processes of their own. */
@DisabledOnOs(OS.WINDOWS)
class ServeAdminIT {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final Pattern URL =
      Pattern.compile("Control endpoint (http://127\\.0\\.0\\.1:[0-9]+),");

  @TempDir private Path directory = Path.of("");
  private int children;

  private Path records() {
    return directory.resolve("run").resolve("muster");
  }

  private Path record(Child server) throws IOException {
    try (Stream<Path> files = Files.list(records())) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(server.process().pid() + "."))
          .findAny()
          .orElseThrow();
    }
  }

  /** Deletes what a killed server leaves, so that the next test's directory is deleted, too. */
  @AfterEach
  void noServerIsLeft() throws IOException {
    try (Stream<Path> left = Files.exists(records()) ? Files.list(records()) : Stream.empty()) {
      assertThat(left).isEmpty();
    }
  }

  private Child muster(String... args) throws IOException {
    return start(Child.muster(args));
  }

  private Child start(ProcessBuilder builder) throws IOException {
    builder.environment().put("XDG_RUNTIME_DIR", directory.resolve("run").toString());
    children++;
    return new Child(Files.createDirectory(directory.resolve("child-" + children)), builder);
  }

  private static String url(Child server) throws IOException, InterruptedException {
    server.awaitOutputOrEnd();
    Matcher url = URL.matcher(server.out());
    assertThat(url.find()).as(server.out() + server.err()).isTrue();
    return url.group(1);
  }

  private static String get(String url) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(40)).build();
    HttpResponse<String> response = HTTP.send(request, BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return response.body();
  }

  private static String stopped(Child server) throws IOException, InterruptedException {
    server.process().destroy();
    assertThat(server.exitCode()).isEqualTo(143);
    return server.err();
  }

  private String succeeded(String... args) throws IOException, InterruptedException {
    try (Child child = muster(args)) {
      assertThat(child.exitCode()).as(child.err()).isZero();
      return child.out();
    }
  }

  @Test
  void job_isManagedByTheOnlyServer_whoseRecordEndsWithIt()
      throws IOException, InterruptedException {
    try (Child server = muster("serve", "--port", "0")) {
      String url = url(server);
      assertThat(get(url + "/healthz")).isEqualTo("ok\n");
      assertThat(get(url + "/readyz")).isEqualTo("ready\n");
      Path record = record(server);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(record)))
          .isEqualTo("rw-------");

      String port = succeeded("job", "create", "train-17").strip();
      try (Store store = TcpStore.connect("127.0.0.1", Integer.parseInt(port))) {
        store.set("k", "v");
        assertThat(store.check("k")).isTrue();
      }
      assertThat(succeeded("job", "list")).contains("default ", "train-17 ", " " + port + " ");
      assertThat(get(url + "/v1/jobs/train-17/keys")).contains("{\"key\":\"k\"}");

      assertThat(stopped(server)).isEmpty();
      assertThat(record).doesNotExist();
    }
  }

  @Test
  void killedServer_leavesARecord_thatIsIgnored() throws IOException, InterruptedException {
    try (Child killed = muster("serve", "--port", "0");
        Child server = start(afterOutputOf(killed))) {
      String url = url(server);
      assertThat(get(url + "/v1/jobs")).contains("\"second\"");

      assertThat(succeeded("job", "list")).contains("second ");
      assertThat(stopped(server)).isEmpty();
    }
  }

  private ProcessBuilder afterOutputOf(Child killed) throws IOException, InterruptedException {
    String unusedUrl = url(killed);
    killed.process().destroyForcibly();
    int unusedExitCode = killed.exitCode();
    assertThat(record(killed)).exists();
    return Child.muster("serve", "--job", "second");
  }

  @Test
  void noAdmin_hasNoEndpointAndNoRecord() throws IOException, InterruptedException {
    try (Child server = muster("serve", "--port", "0", "--no-admin")) {
      server.awaitOutputOrEnd();
      assertThat(server.out()).startsWith("Listening on ").doesNotContain("Control endpoint");
      assertThat(records()).doesNotExist();
      assertThat(stopped(server)).isEmpty();
    }
  }

  @Test
  void addressThatIsTaken_isSaid_andNothingIsLeft() throws IOException, InterruptedException {
    try (Child server = muster("serve", "--port", "0")) {
      String taken = url(server).substring("http://".length());
      Path portFile = directory.resolve("port");
      try (Child second =
          muster("serve", "--port", "0", "--admin", taken, "--port-file", portFile.toString())) {
        assertThat(second.exitCode()).isEqualTo(ExitCode.CANNOT_SERVE);
        assertThat(second.err())
            .startsWith("muster serve: cannot listen on " + taken + " for the control endpoint: ")
            .contains("--no-admin")
            .hasLineCount(1);
        assertThat(second.out()).isEmpty();
        assertThat(portFile).doesNotExist();
      }
      assertThat(stopped(server)).isEmpty();
    }
  }

  @Test
  void directoryThatCannotBeWritten_isAWarning_andTheServerServes()
      throws IOException, InterruptedException {
    Files.writeString(directory.resolve("run"), "a file");
    ProcessBuilder builder = Child.muster("serve", "--port", "0");
    try (Child server = start(builder)) {
      assertThat(get(url(server) + "/v1/jobs")).contains("\"default\"");
      assertThat(stopped(server))
          .contains("cannot write the record of this server to ", "other commands need --server ")
          .hasLineCount(1);
    } finally {
      Files.delete(directory.resolve("run"));
    }
  }

  @Test
  void tokenFile_isNeededByOthers() throws IOException, InterruptedException {
    Path token = Files.writeString(directory.resolve("token"), "a-token-of-this-test\n");
    try (Child server =
        muster("serve", "--port", "0", "--admin", "0", "--admin-token-file", token.toString())) {
      String address = url(server).substring("http://".length());
      ProcessBuilder other =
          Child.muster("job", "--server", address, "--token-file", token.toString(), "create", "a");
      other.environment().put("XDG_RUNTIME_DIR", directory.resolve("nothing").toString());
      children++;
      try (Child create =
          new Child(Files.createDirectory(directory.resolve("child-" + children)), other)) {
        assertThat(create.exitCode()).as(create.err()).isZero();
      }
      assertThat(stopped(server)).isEmpty();
    }
  }

  @Test
  void clientOfTheEndpoint_thatSendsNothing_doesNotDelayTheEnd()
      throws IOException, InterruptedException {
    try (Child server = muster("serve", "--port", "0")) {
      URI url = URI.create(url(server));
      assertThat(get(url + "/healthz")).isEqualTo("ok\n");
      try (Socket idle = new Socket(url.getHost(), url.getPort())) {
        idle.getOutputStream().write('G');
        long start = System.nanoTime();
        assertThat(stopped(server)).isEmpty();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
      }
    }
  }

  @Test
  void invalidRequests_leaveNothingInTheLog() throws IOException, InterruptedException {
    try (Child server = muster("serve", "--port", "0")) {
      URI url = URI.create(url(server));
      for (String request :
          List.of(
              "GET /" + "x".repeat(20_000) + " HTTP/1.1\r\n\r\n",
              "GET / HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(20_000) + "\r\n\r\n",
              "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
              "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n",
              "\0\0\r\n\r\n")) {
        try (Socket socket = new Socket(url.getHost(), url.getPort())) {
          socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
          assertThat(socket.getInputStream().read()).isEqualTo('H');
        }
      }
      assertThat(stopped(server)).isEmpty();
    }
  }

  @Test
  void variables_areAsOptions() throws IOException, InterruptedException {
    ProcessBuilder builder = Child.muster("serve");
    builder.environment().put("MUSTER_JOB", "a b,world-size=2");
    builder.environment().put("MUSTER_NO_ADMIN", "true");
    try (Child server = start(builder)) {
      server.awaitOutputOrEnd();
      assertThat(server.out())
          .contains("Job a: listening on ", "Job b: listening on ")
          .doesNotContain("Control endpoint");
      assertThat(stopped(server)).isEmpty();
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void serviceManager_isToldOfTheBeginningAndTheEnd() throws IOException, InterruptedException {
    for (String name :
        List.of("@muster-test-" + ProcessHandle.current().pid(), directory + "/notify")) {
      ProcessBuilder builder = Child.muster("serve", "--port", "0", "--no-admin");
      builder.environment().put("NOTIFY_SOCKET", name);
      try (NotifySocket manager = new NotifySocket(name);
          Child server = start(builder)) {
        assertThat(manager.receive()).startsWith("READY=1\nSTATUS=Listening on 127.0.0.1:");
        server.process().destroy();
        assertThat(manager.receive()).isEqualTo("STOPPING=1\n");
        assertThat(server.exitCode()).isEqualTo(143);
        assertThat(server.err()).isEmpty();
      }
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void serviceManager_thatCannotBeTold_isAWarning() throws IOException, InterruptedException {
    ProcessBuilder builder = Child.muster("serve", "--port", "0", "--no-admin");
    builder.environment().put("NOTIFY_SOCKET", directory + "/nobody");
    try (Child server = start(builder)) {
      server.awaitOutputOrEnd();
      assertThat(stopped(server))
          .contains("cannot notify the service manager at " + directory + "/nobody");
    }
  }
}
