package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Keys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code muster serve} with and without TLS of its control endpoint, in a process of its own. */
@DisabledOnOs(OS.WINDOWS)
class ServeTlsIT {
  /** A line of the JVM's log that says that a class was loaded which only TLS needs. */
  private static final Pattern OF_TLS =
      Pattern.compile(
          ".*\\] (javax\\.net\\.ssl|sun\\.security\\.ssl|io\\.muster\\.store\\.internal\\.tls"
              + "|io\\.muster\\.admin\\.AdminTls)\\b.*");

  @TempDir private Path directory = Path.of("");
  private int children;

  private static ProcessBuilder logging(Path log, String... args) {
    ProcessBuilder builder = Child.muster(args);
    builder.command().add(1, "-Xlog:class+load:file=" + log);
    return builder;
  }

  private Child start(ProcessBuilder builder) throws IOException {
    builder.environment().put("XDG_RUNTIME_DIR", directory.resolve("run").toString());
    children++;
    return new Child(Files.createDirectory(directory.resolve("child-" + children)), builder);
  }

  private static String stopped(Child server) throws IOException, InterruptedException {
    server.process().destroy();
    assertThat(server.exitCode()).isEqualTo(143);
    return server.err();
  }

  private static List<String> loadedForTls(Path log) throws IOException {
    try (var lines = Files.lines(log)) {
      return lines.filter(line -> OF_TLS.matcher(line).matches()).toList();
    }
  }

  @Test
  void withoutTheOptions_nothingOfTlsIsLoaded() throws IOException, InterruptedException {
    Path log = directory.resolve("plain.log");
    try (Child server = start(logging(log, "serve", "--port", "0"))) {
      server.awaitOutputOrEnd();
      assertThat(stopped(server)).isEmpty();
    }
    assertThat(Files.size(log)).isPositive();
    assertThat(loadedForTls(log)).isEmpty();
  }

  @Test
  void withTheOptions_musterJobFindsTheServer()
      throws IOException, InterruptedException, GeneralSecurityException {
    Keys keys = Keys.make(directory.resolve("keys"), "dns:example.com");
    Path certificate = keys.writeCertificate(directory.resolve("server.pem"));
    Path key = keys.writeKey(directory.resolve("server.key"));
    Path log = directory.resolve("tls.log");
    ProcessBuilder serve = logging(log, "serve", "--port", "0", "--admin-tls-key", key.toString());
    serve.environment().put("MUSTER_ADMIN_TLS_CERT", certificate.toString());
    try (Child server = start(serve)) {
      server.awaitOutputOrEnd();
      assertThat(server.out()).as(server.err()).contains("Control endpoint https://127.0.0.1:");
      try (Child list = start(Child.muster("job", "list"))) {
        assertThat(list.exitCode()).as(list.err()).isZero();
        assertThat(list.out()).contains("default ");
      }
      assertThat(stopped(server)).isEmpty();
    }
    assertThat(loadedForTls(log)).isNotEmpty();
  }
}
