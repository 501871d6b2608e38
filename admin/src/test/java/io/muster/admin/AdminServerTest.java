package io.muster.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The endpoint as a client sees it, over real sockets. */
class AdminServerTest {
  private static final String TOKEN = "a-token-of-this-test";

  private final AtomicReference<Map<String, Object>> created = new AtomicReference<>();
  private final AtomicReference<String> notReady = new AtomicReference<>();
  private final List<LogRecord> log = new CopyOnWriteArrayList<>();
  private AdminServer server;

  /** Held, because a logger is otherwise forgotten with its handlers. */
  private final Logger logger = Logger.getLogger("io.muster.admin");

  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord entry) {
          log.add(entry);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void start() throws IOException {
    logger.addHandler(handler);
    server =
        AdminServer.start(
            AdminOptions.builder()
                .token(TOKEN)
                .notReady(() -> Optional.ofNullable(notReady.get()))
                .resource(
                    Resource.at("/v1/things")
                        .get(request -> AdminResponse.json(Map.of("query", request.query())))
                        .post(
                            request -> {
                              created.set(request.body());
                              return AdminResponse.created("/v1/things/a", Map.of());
                            }))
                .resource(
                    Resource.at("/v1/things/{thing}")
                        .get(request -> AdminResponse.json(request.parameters()))
                        .delete(
                            request -> {
                              throw new IllegalStateException("this thing stays");
                            }))
                .build());
  }

  @AfterEach
  void stop() {
    server.close();
    logger.removeHandler(handler);
  }

  @Test
  void index_listsResourcesWithTheirMethods() throws IOException {
    assertThat(get("/").body)
        .isEqualTo(
            """
            /healthz  GET
            /readyz  GET
            /v1/things  GET, POST
            /v1/things/{thing}  DELETE, GET
            """);
  }

  @Test
  void health_needsNoToken() throws IOException {
    assertThat(get("/healthz").status).isEqualTo(200);
  }

  @Test
  void ready_saysWhyNot() throws IOException {
    assertThat(get("/readyz").status).isEqualTo(200);

    notReady.set("no leader");

    assertThat(get("/readyz").status).isEqualTo(503);
    assertThat(get("/readyz").body).isEqualTo("no leader\n");
  }

  @Test
  void variablesOfThePath_andOfTheQuery_reachTheResource() throws IOException {
    assertThat(get("/v1/things/a%20b").body).isEqualTo("{\"thing\":\"a b\"}");
    assertThat(get("/v1/things?x=1&y=%C3%A9").body)
        .isEqualTo("{\"query\":{\"x\":\"1\",\"y\":\"\\u00E9\"}}");
  }

  @Test
  void head_hasNoBody() throws IOException {
    Answer answer = ask("HEAD /v1/things HTTP/1.1", "Host: localhost");

    assertThat(answer.status).isEqualTo(200);
    assertThat(answer.body).isEmpty();
  }

  @Test
  void write_withTheToken_isDone() throws IOException {
    Answer answer = post("{\"name\": \"a\"}", "Authorization: Bearer " + TOKEN);

    assertThat(answer.status).isEqualTo(201);
    assertThat(answer.head).contains("Location: /v1/things/a");
    assertThat(created.get()).containsEntry("name", "a");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-Nothing: 1",
        "Authorization: Bearer another-token-of-20",
        "Authorization: Basic " + TOKEN,
        "Authorization: Bearer",
        "Authorization: " + TOKEN
      })
  void write_withoutTheToken_is401(String header) throws IOException {
    Answer answer = post("{}", header);

    assertThat(answer.status).isEqualTo(401);
    assertThat(answer.head).contains("WWW-Authenticate: Bearer", "application/problem+json");
    assertThat(answer.body).doesNotContain(TOKEN);
    assertThat(created.get()).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"evil.example", "evil.example:80", "localhost.evil.example", "1.2.3.4.evil"})
  void read_underAName_is403(String host) throws IOException {
    Answer answer = ask("GET /v1/things HTTP/1.1", "Host: " + host);
    assertThat(answer.status).isEqualTo(403);
    assertThat(answer.body).contains("but was '" + host + "'");
    assertThat(
            ask("GET /v1/things HTTP/1.1", "Host: " + host, "Authorization: Bearer " + TOKEN)
                .status)
        .isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "localhost:1", "127.0.0.1:80", "[::1]:80"})
  void read_underAnAddress_isAnswered(String host) throws IOException {
    assertThat(ask("GET /v1/things HTTP/1.1", "Host: " + host).status).isEqualTo(200);
  }

  @Test
  void requestOfAnotherSite_is403_evenWithTheToken() throws IOException {
    Answer answer =
        ask(
            "GET /v1/things HTTP/1.1",
            "Host: localhost",
            "Origin: http://evil.example",
            "Authorization: Bearer " + TOKEN);

    assertThat(answer.status).isEqualTo(403);
    assertThat(answer.body).contains("'http://localhost'", "but was 'http://evil.example'");
  }

  @Test
  void unknownPath_is404_asAProblem() throws IOException {
    Answer answer = get("/v1/nothing");

    assertThat(answer.status).isEqualTo(404);
    assertThat(answer.body)
        .isEqualTo(
            "{\"title\":\"Not Found\",\"status\":404,\"detail\":\"there is no resource at"
                + " /v1/nothing; GET / lists the resources\"}");
  }

  @Test
  void unknownMethod_is405_withThoseAllowed() throws IOException {
    Answer answer =
        ask("DELETE /v1/things HTTP/1.1", "Host: localhost", "Authorization: Bearer " + TOKEN);

    assertThat(answer.status).isEqualTo(405);
    assertThat(answer.head).contains("Allow: GET, POST");
  }

  @Test
  void failureOfAResource_is500_isLogged_andTheNextRequestIsServed() throws IOException {
    Answer answer =
        ask("DELETE /v1/things/a HTTP/1.1", "Host: localhost", "Authorization: Bearer " + TOKEN);

    assertThat(answer.status).isEqualTo(500);
    assertThat(answer.body).contains("this thing stays");
    assertThat(log)
        .extracting(LogRecord::getMessage)
        .containsExactly(
            "DELETE /v1/things/a of the control endpoint, requested from 127.0.0.1, failed");
    assertThat(get("/healthz").status).isEqualTo(200);
  }

  @Test
  void connectionsBeyondTheLimit_doNotStopTheOthers() throws IOException {
    assertThat(get("/healthz").status).isEqualTo(200);
    List<Socket> sockets = new ArrayList<>();
    try {
      // Jetty stops accepting at its limit; those beyond wait in the kernel.
      for (int i = 0; i < 80; i++) {
        sockets.add(connect());
      }
      for (Socket socket : sockets.subList(0, 60)) {
        assertThat(exchange(socket, "", "GET /healthz HTTP/1.1", "Host: localhost").status)
            .isEqualTo(200);
      }
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
    assertThat(get("/healthz").status).isEqualTo(200);
  }

  @Test
  void address_inUse_isAnIOException() {
    assertThatThrownBy(
            () -> AdminServer.start(AdminOptions.builder().address(server.address()).build()))
        .isInstanceOf(IOException.class);
  }

  @Test
  void closed_nobodyListens() {
    InetSocketAddress address = server.address();

    server.close();

    assertThatThrownBy(
            () -> {
              try (Socket socket = new Socket()) {
                socket.connect(address);
              }
            })
        .isInstanceOf(IOException.class);
  }

  @Test
  void closed_atOnceAfterTheStart() throws IOException {
    AdminServer other = AdminServer.start(AdminOptions.builder().build());

    other.close();

    assertThatThrownBy(() -> new Socket(other.address().getAddress(), other.address().getPort()))
        .isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"short", "with a space in it.....", "with-\u00e9-in-it-.........."})
  void token_thatCannotBeAHeader_orIsShort_isRefused(String token) {
    assertThatThrownBy(() -> AdminOptions.builder().token(token))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the token has ");
  }

  private Answer get(String path) throws IOException {
    return ask("GET " + path + " HTTP/1.1", "Host: localhost");
  }

  private Answer post(String body, String header) throws IOException {
    try (Socket socket = connect()) {
      return exchange(
          socket,
          body,
          "POST /v1/things HTTP/1.1",
          "Host: localhost",
          header,
          "Content-Length: " + body.length());
    }
  }

  private Answer ask(String... lines) throws IOException {
    try (Socket socket = connect()) {
      return exchange(socket, "", lines);
    }
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.address().getPort());
    socket.setSoTimeout(60_000);
    return socket;
  }

  private static Answer exchange(Socket socket, String body, String... lines) throws IOException {
    String request = String.join("\r\n", lines) + "\r\nConnection: close\r\n\r\n" + body;
    socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
    return Answer.of(socket.getInputStream());
  }

  private record Answer(int status, String head, String body) {
    static Answer of(InputStream in) throws IOException {
      String text;
      try {
        text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      } catch (SocketTimeoutException e) {
        throw new AssertionError("no answer", e);
      }
      int end = text.indexOf("\r\n\r\n");
      assertThat(end).as(text).isPositive();
      String head = text.substring(0, end);
      return new Answer(Integer.parseInt(head.split(" ", 3)[1]), head, text.substring(end + 4));
    }
  }
}
