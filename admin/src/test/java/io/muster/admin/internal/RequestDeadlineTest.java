package io.muster.admin.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.admin.AdminOptions;
import io.muster.admin.AdminResponse;
import io.muster.admin.AdminTls;
import io.muster.admin.Resource;
import io.muster.fixtures.Eventually;
import io.muster.fixtures.Keys;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that take all connections of the endpoint and never finish a request, although they send
 * a byte now and then. They are disconnected, and others are served.
 */
@Tag("slow")
class RequestDeadlineTest {
  private static final String TOKEN = "a-token-of-this-test";
  private static final long REQUEST_MILLIS = 3_000;

  /** More than the endpoint takes at once. */
  private static final int CLIENTS = 70;

  @TempDir private Path directory = Path.of("");

  private final AdminOptions.Builder options = AdminOptions.builder().token(TOKEN);
  private HttpClient client = HttpClient.newHttpClient();
  private String scheme = "http";

  @Test
  void headersThatNeverEnd_areDisconnected() throws IOException {
    assertDisconnected("GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ", "x");
  }

  @Test
  void bodiesThatNeverEnd_areDisconnected() throws IOException {
    options.resource(Resource.at("/v1/things").post(request -> AdminResponse.noContent()));

    assertDisconnected(
        "POST /v1/things HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
            + TOKEN
            + "\r\nContent-Length: 1000\r\n\r\n{",
        " ");
  }

  @Test
  void handshakesThatNeverEnd_areDisconnected() throws IOException, GeneralSecurityException {
    Keys keys = Keys.make(directory.resolve("server"), "ip:127.0.0.1");
    options.tls(
        AdminTls.of(
            keys.writeCertificate(directory.resolve("server.pem")),
            keys.writeKey(directory.resolve("server.key"))));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(keys.trust());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    client = HttpClient.newBuilder().sslContext(context).build();
    scheme = "https";

    // A record of 768 bytes of a handshake.
    assertDisconnected("\u0016\u0003\u0001\u0003\0\u0001", "\0");
  }

  /** Lets many clients begin a request, and send a byte every half second from then on. */
  private void assertDisconnected(String begin, String continued) throws IOException {
    ScheduledExecutorService sender = Executors.newSingleThreadScheduledExecutor();
    List<Socket> slow = new ArrayList<>();
    ServerSocketChannel channel = ServerSocketChannel.open();
    channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    int port = channel.socket().getLocalPort();
    try (HttpServer server = HttpServer.start(channel, options.build(), REQUEST_MILLIS)) {
      for (int i = 0; i < CLIENTS; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        slow.add(socket);
        socket.setSoTimeout(60_000);
        socket.getOutputStream().write(begin.getBytes(StandardCharsets.ISO_8859_1));
      }
      ScheduledFuture<?> unused =
          sender.scheduleAtFixedRate(
              () -> slow.forEach(socket -> send(socket, continued)), 0, 500, TimeUnit.MILLISECONDS);

      assertServed(port);
      for (Socket socket : slow) {
        awaitEnd(socket);
      }
      assertThat(server).isNotNull();
    } finally {
      sender.shutdownNow();
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  /** On a slow machine a well-behaved client may need more than one attempt. */
  private void assertServed(int port) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(scheme + "://127.0.0.1:" + port + "/healthz"))
            .timeout(Duration.ofMinutes(1))
            .build();
    Eventually.assertThat(() -> answer(request)).isEqualTo("ok\n");
  }

  private String answer(HttpRequest request) {
    try {
      return client.send(request, BodyHandlers.ofString()).body();
    } catch (IOException e) {
      return e.toString();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("the test was interrupted", e);
    }
  }

  private static void send(Socket socket, String text) {
    try {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      // It has been disconnected.
      return;
    }
  }

  /** Blocks until the server has closed a connection, at most for a minute. */
  private static void awaitEnd(Socket socket) throws IOException {
    try {
      byte[] unusedProblem = socket.getInputStream().readAllBytes();
    } catch (SocketException e) {
      assertThat(e).hasMessageContaining("reset");
    }
  }
}
