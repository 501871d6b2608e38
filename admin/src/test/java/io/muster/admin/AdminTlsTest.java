package io.muster.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.fixtures.Background;
import io.muster.fixtures.Bystander;
import io.muster.fixtures.Keys;
import io.muster.store.server.StoreServer;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The endpoint with TLS, as clients see it that speak TLS, and as others do. */
class AdminTlsTest {
  private static final String TOKEN = "a-token-of-this-test";

  /** So long that no loaded machine exceeds it. */
  private static final Duration MAX_PAUSE = Duration.ofSeconds(30);

  @TempDir private static Path directory;
  private static Path certificate;
  private static Path key;
  private static SSLContext trusting;

  private AdminServer server;

  @BeforeAll
  static void makeKeys() throws IOException, GeneralSecurityException {
    Keys keys = Keys.make(directory.resolve("server"), "ip:127.0.0.1");
    certificate = keys.writeCertificate(directory.resolve("server.pem"));
    key = keys.writeKey(directory.resolve("server.key"));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(keys.trust());
    trusting = SSLContext.getInstance("TLS");
    trusting.init(null, trust.getTrustManagers(), null);
  }

  @BeforeEach
  void start() throws IOException {
    server =
        AdminServer.start(
            AdminOptions.builder()
                .token(TOKEN)
                .tls(AdminTls.of(certificate, key))
                .resource(
                    Resource.at("/v1/things").get(request -> AdminResponse.json(Map.of("a", 1))))
                .build());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void clientThatTrustsTheCertificate_isAnswered() throws IOException, InterruptedException {
    assertThat(server.url()).startsWith("https://127.0.0.1:");

    HttpResponse<String> response = get(trusting, "/v1/things", "X-Nothing", "1");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo("{\"a\":1}");
  }

  @Test
  void fingerprint_isThatOfTheCertificateThatClientsSee() throws IOException {
    try (SSLSocket socket = handshake()) {
      SSLSession session = socket.getSession();
      assertThat(server.certificateSha256())
          .contains(AdminTls.sha256(session.getPeerCertificates()[0]))
          .get()
          .asString()
          .matches("[0-9a-f]{64}");
    }
  }

  @Test
  void clientThatTrustsOthers_isNotServed() throws GeneralSecurityException {
    assertThatThrownBy(() -> get(SSLContext.getDefault(), "/v1/things", "X-Nothing", "1"))
        .isInstanceOf(SSLHandshakeException.class);
  }

  @Test
  void origin_isOfHttps() throws IOException, InterruptedException {
    String address = server.url().substring("https://".length());

    assertThat(get(trusting, "/v1/things", "Origin", "https://" + address).statusCode())
        .isEqualTo(200);
    HttpResponse<String> plain = get(trusting, "/v1/things", "Origin", "http://" + address);
    assertThat(plain.statusCode()).isEqualTo(403);
    assertThat(plain.body()).contains("must be 'https://" + address + "'");
  }

  @Test
  void requestInPlainText_isRefused_whateverSchemeItNames() throws IOException {
    for (String target :
        List.of("/v1/things", "/healthz", "https://127.0.0.1/v1/things", "/nothing")) {
      String answer = plain("GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n");

      assertThat(answer)
          .startsWith("HTTP/1.1 400 ")
          .contains("application/problem+json", "the control endpoint speaks TLS", "use https://");
    }
  }

  @Test
  void bytesThatAreNeitherTlsNorHttp_closeTheConnection() throws IOException {
    for (byte[] bytes :
        List.of(
            new byte[] {0, 0, 0, 0},
            new byte[] {0x16, 3, 1, (byte) 0xff, (byte) 0xff, 1, 2, 3, 4, 5},
            new byte[] {0x16, 3, 3, 0, 4, 9, 9, 9, 9},
            new byte[] {0x15, 3, 3, 0, 2, 2, 40},
            new byte[] {0x16})) {
      try (Socket socket = connect()) {
        socket.getOutputStream().write(bytes);
        socket.shutdownOutput();
        // A problem, an alert, or nothing; then the end.
        byte[] unusedAnswer = socket.getInputStream().readAllBytes();
      } catch (SocketException e) {
        assertThat(e).hasMessageContaining("reset");
      }
    }
    assertServed();
  }

  @Test
  void connectionsThatHaveNotDoneTheirHandshake_doNotDisturbOthers() throws IOException {
    byte[] hello = clientHello();
    List<Socket> slow = new ArrayList<>();
    try {
      for (int i = 0; i < 40; i++) {
        Socket socket = connect();
        slow.add(socket);
        // Nothing, one byte, a part of the first message, or all of it.
        int[] lengths = {0, 1, hello.length / 2, hello.length};
        socket.getOutputStream().write(hello, 0, lengths[i % lengths.length]);
      }

      assertServed();
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  @Test
  void handshakesWithoutEnd_disturbNeitherTheEndpoint_norTheStore() throws InterruptedException {
    int attackers = 8;
    CountDownLatch attacked = new CountDownLatch(attackers);
    try (StoreServer store = StoreServer.start();
        Bystander bystander = Bystander.of(store.port(), MAX_PAUSE)) {
      List<Background<Boolean>> flood = new ArrayList<>();
      for (int i = 0; i < attackers; i++) {
        flood.add(
            Background.call(
                () -> {
                  for (int j = 0; j < 20; j++) {
                    handshake().close();
                    if (j == 0) {
                      attacked.countDown();
                    }
                  }
                  return true;
                }));
      }
      assertThat(attacked.await(60, TimeUnit.SECONDS)).isTrue();

      for (int i = 0; i < 10; i++) {
        assertServed();
      }

      for (Background<Boolean> attacker : flood) {
        assertThat(attacker.result()).isTrue();
      }
      assertThat(bystander.longestPause()).isLessThan(MAX_PAUSE);
    }
  }

  @Test
  void fileThatCannotBeUsed_isNamed() throws IOException, GeneralSecurityException {
    Path missing = directory.resolve("missing");
    Path other =
        Keys.make(directory.resolve("other"), "ip:127.0.0.1")
            .writeKey(directory.resolve("other.key"));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> AdminTls.of(missing, key))
        .withMessage(
            "reading the certificate chain from " + missing + " failed: there is no such file");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AdminTls.of(certificate, other))
        .withMessageStartingWith("reading the private key from " + other + " failed: ");
  }

  private void assertServed() {
    try {
      assertThat(get(trusting, "/healthz", "X-Nothing", "1").body()).isEqualTo("ok\n");
    } catch (IOException | InterruptedException e) {
      throw new AssertionError("the endpoint does not serve", e);
    }
  }

  private HttpResponse<String> get(SSLContext tls, String path, String header, String value)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(server.url() + path))
            .timeout(Duration.ofMinutes(1))
            .header(header, value)
            .build();
    return HttpClient.newBuilder().sslContext(tls).build().send(request, BodyHandlers.ofString());
  }

  private String plain(String head) throws IOException {
    try (Socket socket = connect()) {
      socket
          .getOutputStream()
          .write((head + "Connection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private SSLSocket handshake() throws IOException {
    SSLSocket socket =
        (SSLSocket)
            trusting
                .getSocketFactory()
                .createSocket(server.address().getAddress(), server.address().getPort());
    socket.setSoTimeout(60_000);
    socket.startHandshake();
    return socket;
  }

  /** The first message of a client. */
  private static byte[] clientHello() throws SSLException {
    SSLEngine client = trusting.createSSLEngine();
    client.setUseClientMode(true);
    ByteBuffer hello = ByteBuffer.allocate(client.getSession().getPacketBufferSize());
    SSLEngineResult result = client.wrap(ByteBuffer.allocate(0), hello);
    assertThat(result.bytesProduced()).isPositive();
    return Arrays.copyOf(hello.array(), hello.position());
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(server.address().getAddress(), server.address().getPort());
    socket.setSoTimeout(60_000);
    return socket;
  }
}
