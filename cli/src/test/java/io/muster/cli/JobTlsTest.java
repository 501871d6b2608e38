package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.admin.AdminOptions;
import io.muster.admin.AdminTls;
import io.muster.admin.ServerRecord;
import io.muster.admin.ServerRecords;
import io.muster.fixtures.Keys;
import io.muster.store.server.StoreServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code muster job} with control endpoints that speak TLS, in this process. */
class JobTlsTest {
  private static final String TOKEN = "a-token-of-this-test";

  @TempDir private static Path keys;
  private static Path authority;
  private static Path otherAuthority;

  /** For localhost, but not for its address. */
  private static AdminTls valid;

  private static AdminTls expired;

  @TempDir private Path directory = Path.of("");

  private final StoreServer server = StoreServer.start();
  private final Map<String, String> environment = new HashMap<>();

  /** As on another host, where no record names the server. */
  private final Map<String, String> elsewhere = new HashMap<>();

  private ControlEndpoint control;

  @BeforeAll
  static void makeKeys() throws IOException, GeneralSecurityException {
    Keys issuer = Keys.authority(keys.resolve("issuer"), "EC");
    authority = issuer.writeCertificate(keys.resolve("issuer.pem"));
    otherAuthority =
        Keys.authority(keys.resolve("other"), "EC").writeCertificate(keys.resolve("other.pem"));
    valid = tls("valid", issuer.issue(keys.resolve("valid.p12"), "EC", "dns:localhost"));
    expired =
        tls(
            "expired",
            issuer.issue(
                keys.resolve("expired.p12"),
                "EC",
                "dns:localhost",
                "-startdate",
                "-2d",
                "-validity",
                "1"));
  }

  private static AdminTls tls(String name, Keys from) throws IOException, GeneralSecurityException {
    return AdminTls.of(
        from.writeCertificate(keys.resolve(name + ".chain")),
        from.writeKey(keys.resolve(name + ".key")));
  }

  @BeforeEach
  void start() {
    environment.put("XDG_RUNTIME_DIR", directory.resolve("here").toString());
    elsewhere.put("XDG_RUNTIME_DIR", directory.resolve("elsewhere").toString());
    start(valid);
  }

  private void start(AdminTls tls) {
    control =
        new ControlEndpoint(
            server,
            ServerRecords.ofUser(environment),
            AdminOptions.builder().token(TOKEN).tls(tls));
  }

  @AfterEach
  void stop() {
    control.close();
    server.close();
  }

  private int port() {
    return URI.create(control.url()).getPort();
  }

  private static void assertSucceeds(Map<String, String> environment, String... args) {
    Cli.Result result = Cli.runWithEnvironment(environment, args);
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.err()).isEmpty();
  }

  private void assertFails(int exitCode, String message, String... args) {
    Cli.Result result = Cli.runWithEnvironment(elsewhere, args);
    assertThat(result.err()).startsWith("muster job list: " + message).hasLineCount(1);
    assertThat(result.exitCode()).isEqualTo(exitCode);
    assertThat(result.out()).isEmpty();
  }

  /** Expects that the connection is not made, for a reason. */
  private void assertNotConnected(String url, String reason, String... args) {
    String connecting = "connecting to the control endpoint at " + url + " failed: ";
    assertFails(ExitCode.NO_CONNECTION, connecting + reason, args);
  }

  @Test
  void serverOfThisUser_isFoundByItsRecord_whateverItsCertificateSays() {
    assertThat(control.url()).startsWith("https://127.0.0.1:");
    assertSucceeds(environment, "job", "create", "a");
    for (String address :
        List.of(
            "127.0.0.1:" + port(),
            "https://127.0.0.1:" + port(),
            "https://localhost:" + port() + "/",
            "127.0.0.1:" + server.port())) {
      assertSucceeds(environment, "job", "list", "--server", address);
    }

    control.close();
    start(expired);

    assertSucceeds(environment, "job", "remove", "a");
  }

  @Test
  void recordOfAnotherCertificate_isNotConnected() throws IOException {
    ServerRecords records = ServerRecords.ofUser(elsewhere);
    records.write(
        ServerRecord.ofThisProcess(
            Map.of(), control.url(), TOKEN, Optional.of(expired.certificateSha256())));

    assertNotConnected(
        control.url(),
        "its certificate has the SHA-256 fingerprint "
            + valid.certificateSha256()
            + ", expected "
            + expired.certificateSha256()
            + ", as the record of the server says",
        "job",
        "list");
  }

  @Test
  void certificateOfAGivenAuthority_isTrusted() {
    String ca = authority.toString();
    String address = "localhost:" + port();

    assertSucceeds(elsewhere, "job", "list", "--server", address, "--admin-ca", ca);
    assertSucceeds(elsewhere, "job", "--admin-ca", ca, "--server", "https://" + address, "list");
    elsewhere.put("MUSTER_ADMIN_CA", ca);
    assertSucceeds(elsewhere, "job", "list", "--server", address);
    elsewhere.put("MUSTER_ADMIN_TOKEN", TOKEN);
    assertSucceeds(elsewhere, "job", "create", "b", "--server", address);
  }

  @Test
  void certificateOfAnotherAuthority_isNotTrusted() {
    String url = "https://localhost:" + port();
    String reason =
        "its certificate is of an authority that is not trusted; give that authority's with"
            + " --admin-ca FILE\n";

    assertNotConnected(url, reason, "job", "list", "--server", url);
    assertNotConnected(
        url, reason, "job", "list", "--server", url, "--admin-ca", otherAuthority.toString());
  }

  @Test
  void certificateThatHasExpired_isSaid() {
    control.close();
    start(expired);
    String url = "https://localhost:" + port();

    assertNotConnected(
        url,
        "its certificate has expired (NotAfter: ",
        "job",
        "list",
        "--server",
        url,
        "--admin-ca",
        authority.toString());
  }

  @Test
  void certificateForAnotherHost_isSaid() {
    String url = "https://127.0.0.1:" + port();

    assertNotConnected(
        url,
        "its certificate is not for the host 127.0.0.1 (No subject alternative names ",
        "job",
        "list",
        "--server",
        url,
        "--admin-ca",
        authority.toString());
  }

  @Test
  void plainText_toAnEndpointWithTls_isSaid() {
    for (String address : List.of("127.0.0.1:" + port(), "http://127.0.0.1:" + port())) {
      assertFails(
          ExitCode.MISUSE,
          "the control endpoint speaks TLS, and the request came in plain text; use https://",
          "job",
          "list",
          "--server",
          address);
    }
  }

  @Test
  void tls_toAnEndpointInPlainText_isSaid() {
    control.close();
    control =
        new ControlEndpoint(
            server, ServerRecords.ofUser(environment), AdminOptions.builder().token(TOKEN));
    String url = "https://127.0.0.1:" + port();

    assertNotConnected(
        url,
        "it does not speak TLS; if it is a control endpoint without TLS, use http://",
        "job",
        "list",
        "--server",
        url);
    // A record of a server in plain text does not stand for one with TLS.
    Cli.Result here = Cli.runWithEnvironment(environment, "job", "list", "--server", url);
    assertThat(here.err()).contains("it does not speak TLS");
  }

  @Test
  void authorityFile_thatCannotBeRead_isNamedByItsOption() {
    String url = "https://localhost:" + port();
    Path missing = keys.resolve("missing");
    String reading =
        "reading the trusted certificates from " + missing + " failed: there is no such file";

    assertFails(
        ExitCode.MISUSE,
        "--admin-ca: " + reading,
        "job",
        "list",
        "--server",
        url,
        "--admin-ca",
        missing.toString());
    elsewhere.put("MUSTER_ADMIN_CA", missing.toString());
    assertFails(
        ExitCode.MISUSE,
        "the environment variable MUSTER_ADMIN_CA: " + reading,
        "job",
        "list",
        "--server",
        url);
  }
}
