package io.muster.cli;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;

/** A client of the control endpoint of a server. Calls block for at most a given time. */
final class ControlClient {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  private final HttpClient http;
  private final URI url;
  private final Optional<String> token;
  private final Duration timeout;

  /**
   * A client.
   *
   * @param url the URL of the endpoint, without a path
   * @param tls what certificates it trusts if the URL is of HTTPS; by default the system's
   * @param timeout how long a call may take, with the body of the answer
   */
  ControlClient(URI url, Optional<SSLContext> tls, Optional<String> token, Duration timeout) {
    // The time to connect includes the handshake of TLS, before which the first client of a server
    // waits for its HTTP server to start.
    boolean isTls = "https".equals(url.getScheme());
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(isTls ? timeout : CONNECT_TIMEOUT)
            .proxy(HttpClient.Builder.NO_PROXY);
    tls.ifPresent(builder::sslContext);
    this.http = builder.build();
    this.url = url;
    this.token = token;
    this.timeout = timeout;
  }

  /**
   * Reads a resource.
   *
   * @throws CommandFailedException if that fails
   */
  Map<String, Object> get(String path) throws InterruptedException {
    return send(request(path).GET());
  }

  /**
   * Sends a JSON object to a resource, and returns the object in the answer.
   *
   * @throws CommandFailedException if that fails
   */
  Map<String, Object> post(String path, Map<String, ?> members) throws InterruptedException {
    try {
      return send(request(path).POST(BodyPublishers.ofByteArray(JSON.std.asBytes(members))));
    } catch (IOException e) {
      throw new IllegalArgumentException("not JSON: " + members, e);
    }
  }

  /**
   * Deletes a resource.
   *
   * @throws CommandFailedException if that fails
   */
  void delete(String path) throws InterruptedException {
    var unused = send(request(path).DELETE());
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(url.resolve(path));
    token.ifPresent(text -> request.header("Authorization", "Bearer " + text));
    return request;
  }

  private Map<String, Object> send(HttpRequest.Builder request) throws InterruptedException {
    HttpResponse<byte[]> response = response(request.build());
    Map<String, Object> members = Map.of();
    if (response.body().length > 0) {
      try {
        members = JSON.std.mapFrom(response.body());
      } catch (IOException e) {
        throw failed("status " + response.statusCode() + " without JSON", e);
      }
    }
    if (response.statusCode() >= 300) {
      Object detail = members.getOrDefault("detail", "status " + response.statusCode());
      throw refused(response.statusCode(), detail.toString());
    }
    return members;
  }

  private HttpResponse<byte[]> response(HttpRequest request) throws InterruptedException {
    CompletableFuture<HttpResponse<byte[]>> response =
        http.sendAsync(request, BodyHandlers.ofByteArray());
    try {
      return response.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw TlsFailure.explain(e.getCause(), url.getHost())
          .map(reason -> insecure(reason, e))
          .orElseGet(() -> failed("no answer of HTTP, seen: " + e.getCause(), e));
    } catch (TimeoutException e) {
      throw failed("no complete answer within " + timeout.toSeconds() + " seconds", e);
    } finally {
      boolean unused = response.cancel(true);
    }
  }

  private CommandFailedException insecure(String reason, Exception cause) {
    return new CommandFailedException(
        ExitCode.NO_CONNECTION,
        "connecting to the control endpoint at " + url + " failed: " + reason,
        cause);
  }

  private CommandFailedException failed(String seen, Exception cause) {
    return new CommandFailedException(
        ExitCode.NO_CONNECTION,
        "no control endpoint of a server at " + url.getAuthority() + ": " + seen,
        cause);
  }

  private CommandFailedException refused(int status, String detail) {
    return switch (status) {
      case 400 -> new CommandFailedException(ExitCode.MISUSE, detail);
      case 401 ->
          new CommandFailedException(
              ExitCode.FAILED, detail + "; give it with --token-file or MUSTER_ADMIN_TOKEN");
      case 404 -> CommandFailedException.notFound(detail);
      default -> new CommandFailedException(ExitCode.FAILED, detail);
    };
  }
}
