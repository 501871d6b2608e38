package io.muster.admin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import io.muster.fixtures.Bystander;
import io.muster.fixtures.Randomized;
import io.muster.store.server.StoreServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Requests that are wrong in every part, sent as bytes with the token. Each is answered with a
 * problem, or its connection is closed; nothing is changed or logged, and other clients of the
 * endpoint and of the store are served meanwhile.
 */
class BadRequestsTest {
  private static final String TOKEN = "a-token-of-this-test";
  private static final String HOST = "Host: localhost\r\nAuthorization: Bearer " + TOKEN + "\r\n";
  private static final String CREATE = "POST /v1/jobs HTTP/1.1\r\n" + HOST;

  /** The connection is closed without an answer. */
  private static final int CLOSED = 0;

  private static final StoreServer STORE = StoreServer.start();
  private static final List<LogRecord> LOG = new CopyOnWriteArrayList<>();

  /** Held, because a logger is otherwise forgotten with its handlers. */
  private static final Logger LOGGER = Logger.getLogger("io.muster.admin");

  private static final Handler HANDLER =
      new Handler() {
        @Override
        public void publish(LogRecord entry) {
          LOG.add(entry);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  private static AdminServer server;

  /** Another client, with a connection that it keeps. */
  private Socket other;

  private Bystander bystander;

  @BeforeAll
  static void startServer() throws IOException {
    LOGGER.addHandler(HANDLER);
    server =
        AdminServer.start(
            AdminOptions.builder()
                .token(TOKEN)
                .resources(JobResources.of(STORE, () -> {}))
                .build());
  }

  @AfterAll
  static void stopServer() {
    server.close();
    STORE.close();
    LOGGER.removeHandler(HANDLER);
  }

  @BeforeEach
  void startOthers() throws IOException {
    other = connect();
    assertOtherServed();
    bystander = Bystander.of(STORE.port(), Duration.ofSeconds(30));
  }

  @AfterEach
  void othersAreServed() throws IOException {
    assertOtherServed();
    other.close();
    bystander.close();
    assertThat(STORE.jobs()).hasSize(1);
    assertThat(LOG).extracting(LogRecord::getMessage).isEmpty();
  }

  /**
   * A request.
   *
   * @param what what is wrong with it
   * @param bytes what the client sends before it shuts its side of the connection down, a character
   *     per byte
   * @param status the status of the answer, or {@link #CLOSED}
   * @param detail a part of the detail of the problem
   */
  private record Case(String what, String bytes, int status, String detail) {
    @Override
    public String toString() {
      return what;
    }
  }

  private static Case line(String what, String line, int status, String detail) {
    return text(what, line + "\r\n" + HOST + "\r\n", status, detail);
  }

  private static Case header(String what, String header, int status, String detail) {
    return text(what, "GET /v1/jobs HTTP/1.1\r\n" + HOST + header + "\r\n\r\n", status, detail);
  }

  private static Case path(String what, String path, int status, String detail) {
    return line(what, "GET " + path + " HTTP/1.1", status, detail);
  }

  private static Case text(String what, String request, int status, String detail) {
    return new Case(what, request, status, detail);
  }

  private static Case body(String what, String json, String detail) {
    return body(what, json, UTF_8, detail);
  }

  private static Case body(String what, String json, Charset charset, String detail) {
    String body = new String(json.getBytes(charset), ISO_8859_1);
    String head = CREATE + "Content-Length: " + body.length() + "\r\n\r\n";
    return new Case("body: " + what, head + body, 400, detail);
  }

  static Stream<Case> cases() {
    return Stream.of(requestLines(), headers(), paths(), lengths(), json()).flatMap(group -> group);
  }

  private static Stream<Case> requestLines() {
    return Stream.of(
        text("nothing", "", CLOSED, ""),
        text("empty lines only", "\r\n\r\n\r\n", CLOSED, ""),
        text("a method without its end", "GE", CLOSED, ""),
        line("a method only", "GET", 400, ""),
        line("no version", "GET /", 505, "HTTP/0.9"),
        line("no method", " / HTTP/1.1", 400, ""),
        line("a version that does not exist", "GET / HTTP/9.9", 505, ""),
        line("a later version", "GET / HTTP/3.0", 505, ""),
        line("NUL in the method", "G\0T / HTTP/1.1", 400, ""),
        line("a control character in the method", "G\u0007T / HTTP/1.1", 400, ""),
        line("an unknown method", "BREW /v1/jobs HTTP/1.1", 405, "answers GET, POST but not BREW"),
        line("a method in lower case", "get /v1/jobs HTTP/1.1", 405, "but not get"),
        line("a long method", "X".repeat(40_000) + " / HTTP/1.1", 431, ""),
        line("a long path", "GET /" + "x".repeat(40_000) + " HTTP/1.1", 414, ""),
        line("a request to a proxy", "CONNECT example.com:80 HTTP/1.1", 400, ""),
        line("the preface of HTTP/2", "PRI * HTTP/2.0", 426, ""),
        text("bytes of 255", "\u00ff".repeat(100) + "\r\n\r\n", 400, ""),
        text("TLS", "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003", 400, ""),
        text("a request of the store", "\0<\u0085\u0097\u001c", 400, ""));
  }

  private static Stream<Case> headers() {
    return Stream.of(
        text("no Host", "GET /v1/jobs HTTP/1.1\r\n\r\n", 400, ""),
        header("two Hosts", "Host: evil.example", 400, ""),
        header("a Host that is none", "X: y\r\nHost: \u0001", 400, ""),
        header("no name", ": x", 400, ""),
        header("a space in the name", "a b: x", 400, ""),
        header("a space before the colon", "a : x", 400, ""),
        header("no colon", "abc", 400, ""),
        header("NUL in the value", "a: b\0c", 400, ""),
        header("a value on two lines", "a: b\r\n c", 400, ""),
        header("a long value", "a: " + "x".repeat(40_000), 431, ""),
        header("many headers", "a: b\r\n".repeat(5_000) + "c: d", 431, ""),
        header("an expectation that nobody has", "Expect: everything", 417, ""));
  }

  private static Stream<Case> paths() {
    return Stream.of(
        path("a path that does not exist", "/v1/nothing", 404, "no resource at /v1/nothing"),
        path("a percent sign at the end", "/v1/jobs/%", 400, ""),
        path("an escape that is none", "/v1/jobs/%zz", 400, ""),
        path("half an escape", "/v1/jobs/%4", 400, ""),
        path("NUL", "/v1/jobs/%00", 400, ""),
        path("a slash in a name", "/v1/jobs/a%2Fb", 400, ""),
        path("an escaped percent sign", "/v1/jobs/%2500", 400, ""),
        path("an escaped way up", "/v1/%2e%2e/jobs", 400, ""),
        path("a way up with a parameter", "/v1/..;/jobs", 400, ""),
        path("beyond the root", "/../../jobs", 400, ""),
        path("an empty segment", "//v1//jobs", 400, ""),
        path("a fragment", "/v1/jobs#x", 400, ""),
        path("a name that is not UTF-8", "/v1/jobs/%ff", 400, ""),
        path("a name of overlong UTF-8", "/v1/jobs/%c0%af", 400, ""),
        path("a name of invisible characters", "/v1/jobs/%E2%80%AE", 404, "no job '\\u202e'"),
        path("an escape in the query that is none", "/v1/jobs/default/keys?prefix=%zz", 400, ""),
        path("a query that is not UTF-8", "/v1/jobs/default/keys?prefix=%ff", 400, ""),
        path("an unknown parameter", "/v1/jobs?a=1", 400, "unknown query parameter 'a'"),
        path("a parameter without a name", "/v1/jobs?=1", 400, "unknown query parameter ''"),
        path("a limit that is no number", "/v1/jobs/default/keys?limit=1e3", 400, "limit must be"),
        path("a limit of other digits", "/v1/jobs/default/keys?limit=%D9%A1", 400, "limit must be"),
        path("a limit beyond an int", "/v1/jobs/default/keys?limit=9999999999", 400, "limit must"),
        path("a position that is none", "/v1/jobs/default/keys?after=%2A", 400, "after must be"));
  }

  private static Stream<Case> lengths() {
    String chunked = CREATE + "Transfer-Encoding: chunked\r\n\r\n";
    return Stream.of(
        text("length: no number", CREATE + "Content-Length: x\r\n\r\n{}", 400, ""),
        text("length: negative", CREATE + "Content-Length: -1\r\n\r\n{}", 400, ""),
        text(
            "length: beyond a long",
            CREATE + "Content-Length: " + "9".repeat(30) + "\r\n\r\n{}",
            400,
            ""),
        text(
            "length: two that differ",
            CREATE + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
            400,
            ""),
        text(
            "length: longer than what is sent",
            CREATE + "Content-Length: 100\r\n\r\n{\"name\": \"a\"}",
            400,
            "the body was not received"),
        text(
            "length: shorter than the object",
            CREATE + "Content-Length: 5\r\n\r\n{\"name\": \"a\"}",
            400,
            "not one JSON object"),
        text(
            "length: more than allowed",
            CREATE + "Content-Length: 70000\r\n\r\n" + "x".repeat(70_000),
            413,
            "longer than 65536 bytes"),
        text(
            "length: with chunks",
            CREATE + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
            ""),
        text("chunks: an unknown encoding", CREATE + "Transfer-Encoding: x\r\n\r\n{}", 400, ""),
        text("chunks: a size that is none", chunked + "zz\r\n{}\r\n0\r\n\r\n", 400, ""),
        text("chunks: a size beyond an int", chunked + "fffffffff\r\n{}\r\n0\r\n\r\n", 400, ""),
        text("chunks: without an end", chunked + "2\r\n{}\r\n", 400, "the body was not received"),
        text(
            "chunks: more than allowed",
            chunked + ("1000\r\n" + "x".repeat(0x1000) + "\r\n").repeat(20) + "0\r\n\r\n",
            413,
            "longer than 65536 bytes"));
  }

  private static Stream<Case> json() {
    String notOne = "the body is not one JSON object";
    return Stream.of(
        body("empty", "", "the member 'name' must be a string but is missing"),
        body("white space", " \n ", notOne),
        body("an array", "[1]", notOne),
        body("a string", "\"a\"", notOne),
        body("null", "null", notOne),
        body("not JSON", "name=a", notOne),
        body("cut off", "{\"name\": \"a\"", notOne),
        body("two objects", "{\"name\": \"a\"} {}", notOne),
        body("more after its end", "{\"name\": \"a\"}x", notOne),
        body("nested arrays", "{\"name\": " + "[".repeat(30_000), notOne),
        body("nested objects", "{\"name\":".repeat(7_000), notOne),
        body("a number without end", "{\"port\": " + "1".repeat(60_000) + "}", ""),
        body("a large exponent", "{\"name\": \"a\", \"port\": 1e999999999}", ""),
        body("NaN", "{\"name\": \"a\", \"port\": NaN}", notOne),
        body("a comment", "{/* */\"name\": \"a\"}", notOne),
        body("single quotes", "{'name': 'a'}", notOne),
        body("NUL between members", "{\0\"name\": \"a\"}", notOne),
        body("a control character in a name", "{\"name\": \"a\u0001\"}", notOne),
        body("not UTF-8", "{\"name\": \"\u00e9\"}", ISO_8859_1, notOne),
        body("an array for a string", "{\"name\": [\"a\"]}", "must be a string but was"),
        body("a string for a number", "{\"name\": \"a\", \"port\": \"1\"}", "must be an integer"),
        body("a boolean for a number", "{\"name\": \"a\", \"port\": true}", "must be an integer"),
        body("a fraction", "{\"name\": \"a\", \"port\": 1.5}", "must be an integer"),
        body("a number beyond an int", "{\"name\": \"a\", \"port\": 3000000000}", "of 32 bits"),
        body(
            "a port beyond 65535", "{\"name\": \"a\", \"port\": 65536}", "port must be 0 to 65535"),
        body("a member that does not exist", "{\"name\": \"a\", \"\\u0000\": 1}", "unknown member"),
        body("NUL in the name", "{\"name\": \"a\\u0000\"}", "a job's name must be"),
        body("half a surrogate pair", "{\"name\": \"\\ud800\"}", "a job's name must be"),
        body("a name with a way up", "{\"name\": \"../a\"}", "a job's name must be"),
        body("a long name", "{\"name\": \"" + "a".repeat(60_000) + "\"}", "a job's name must be"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void request_isAnsweredWithAProblem_orItsConnectionIsClosed(Case request) throws IOException {
    Answer answer = Answer.of(send(request.bytes.getBytes(ISO_8859_1)));

    if (request.status == CLOSED) {
      assertThat(answer.text).isEmpty();
      return;
    }
    assertThat(answer.status).as(answer.text).isEqualTo(request.status);
    answer.assertProblem();
    assertThat(answer.text).contains(request.detail.replace("\\", "\\\\"));
  }

  @Test
  void requestsAtRandom_areAnswered_orTheirConnectionsClosed() {
    Randomized.check(
        200,
        random -> {
          Answer answer = Answer.of(send(mutated(random)));
          if (answer.status >= 400) {
            assertThat(answer.status).as(answer.text).isNotEqualTo(500);
            answer.assertProblem();
          }
        });
  }

  /** A valid request of which some bytes are replaced, left out or repeated. */
  private static byte[] mutated(SplittableRandom random) {
    String body = "{\"limit\": 1, \"name\": \"a/\u00e9\"}";
    List<String> valid =
        List.of(
            CREATE + "Content-Length: " + body.length() + "\r\n\r\n" + body,
            CREATE + "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"x\":\r\n3\r\n 1}\r\n0\r\n\r\n",
            "GET /v1/jobs/default/keys?limit=5&prefix=%C3%A9 HTTP/1.1\r\n" + HOST + "\r\n",
            "DELETE /v1/jobs/none HTTP/1.1\r\n" + HOST + "\r\n");
    byte[] request = valid.get(random.nextInt(valid.size())).getBytes(UTF_8);
    for (int i = random.nextInt(1, 4); i > 0; i--) {
      int at = random.nextInt(request.length);
      int length = Math.min(random.nextInt(1, 8), request.length - at);
      byte[] part =
          switch (random.nextInt(3)) {
            case 0 -> Randomized.bytes(random, length);
            case 1 -> new byte[0];
            default -> new String(request, at, length, ISO_8859_1).repeat(9).getBytes(ISO_8859_1);
          };
      byte[] changed = new byte[request.length - length + part.length];
      System.arraycopy(request, 0, changed, 0, at);
      System.arraycopy(part, 0, changed, at, part.length);
      System.arraycopy(
          request, at + length, changed, at + part.length, request.length - at - length);
      request = changed.length == 0 ? request : changed;
    }
    return request;
  }

  /** Sends bytes, and returns all that comes back until the server closes the connection. */
  private static byte[] send(byte[] bytes) throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    try (Socket socket = connect()) {
      try {
        socket.getOutputStream().write(bytes);
        socket.shutdownOutput();
      } catch (SocketException e) {
        // The server has answered, and closed the connection, before it was sent everything.
      }
      try {
        for (int next = socket.getInputStream().read(); next >= 0; ) {
          answer.write(next);
          next = socket.getInputStream().read();
        }
      } catch (SocketException e) {
        // The same, with the answer before the reset.
      }
    }
    return answer.toByteArray();
  }

  private void assertOtherServed() throws IOException {
    other
        .getOutputStream()
        .write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(ISO_8859_1));
    InputStream in = other.getInputStream();
    StringBuilder answer = new StringBuilder();
    while (answer.indexOf("\r\n\r\nok\n") < 0) {
      int next = in.read();
      assertThat(next).as(answer.toString()).isNotNegative();
      answer.append((char) next);
    }
    assertThat(answer.toString()).startsWith("HTTP/1.1 200 ");
  }

  private static Socket connect() throws IOException {
    Socket socket = new Socket(server.address().getAddress(), server.address().getPort());
    socket.setSoTimeout(60_000);
    return socket;
  }

  /** The first answer on a connection; status 0 if there is none. */
  private record Answer(int status, String text) {
    static Answer of(byte[] bytes) {
      String text = new String(bytes, StandardCharsets.UTF_8);
      return new Answer(text.isEmpty() ? 0 : Integer.parseInt(text.split(" ", 3)[1]), text);
    }

    /** Expects a problem of RFC 9457, in text that is safe on a terminal. */
    void assertProblem() throws IOException {
      assertThat(text).contains("application/problem+json");
      assertThat(text.chars()).allMatch(c -> (c >= ' ' && c < 0x7f) || c == '\r' || c == '\n');
      int body = text.indexOf("\r\n\r\n") + 4;
      Map<String, Object> problem = JSON.std.mapFrom(text.substring(body));
      assertThat(problem).containsOnlyKeys("title", "status", "detail");
      assertThat(problem).containsEntry("status", status);
      assertThat(String.valueOf(problem.get("detail"))).isNotBlank();
    }
  }
}
