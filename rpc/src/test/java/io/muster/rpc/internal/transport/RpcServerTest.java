package io.muster.rpc.internal.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Background;
import io.muster.rpc.internal.transport.CallFailure.Kind;
import io.muster.rpc.internal.wire.Frame;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RpcServerTest {
  private static final long INCARNATION = 7;
  private static final Duration PATIENCE = Background.PATIENCE;
  private static final TransportConfig CONFIG =
      new TransportConfig(1000, PATIENCE, PATIENCE, PATIENCE, Security.none());

  private static RpcServer listen() throws IOException {
    return RpcServer.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), CONFIG, 10);
  }

  private static Connection connectionTo(RpcServer server, long incarnation) {
    return Connection.to(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()),
        incarnation,
        CONFIG);
  }

  private static CompletableFuture<Optional<CallFailure>> send(Connection connection) {
    CompletableFuture<Optional<CallFailure>> sent = new CompletableFuture<>();
    Cancellable unused =
        connection.control(
            Frame.of(new byte[0]),
            PATIENCE.toNanos(),
            Runnable::run,
            new ResponseListener() {
              @Override
              public void answered(byte[] message) {
                sent.complete(Optional.empty());
              }

              @Override
              public void failed(CallFailure failure) {
                sent.complete(Optional.of(failure));
              }
            });
    return sent.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  @Test
  void clientsThatConnectBeforeServe_areServedAfterwards() throws IOException {
    try (RpcServer server = listen();
        Connection connection = connectionTo(server, INCARNATION);
        // Is in the accept queue before the server serves.
        Socket early = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      early.setSoTimeout(Math.toIntExact(PATIENCE.toMillis()));
      CompletableFuture<Optional<CallFailure>> sent = send(connection);

      server.serve(new AcknowledgingHandler());

      assertThat(sent.join()).isEmpty();
      // The first frame of a server is SETTINGS, whose length has a first byte of 0.
      early
          .getOutputStream()
          .write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(early.getInputStream().read()).isZero();
    }
  }

  @Test
  void close_beforeServe_refusesClients() throws IOException {
    RpcServer server = listen();
    try (Connection connection = connectionTo(server, INCARNATION)) {
      server.close();

      assertThat(send(connection).join()).map(CallFailure::kind).hasValue(Kind.UNREACHABLE);
    }
  }

  @Test
  void request_thatNamesAnotherIncarnation_isRefused() throws IOException {
    try (RpcServer server = listen();
        Connection connection = connectionTo(server, INCARNATION + 1)) {
      server.serve(new AcknowledgingHandler());

      assertThat(send(connection).join())
          .hasValue(CallFailure.of(Kind.UNREACHABLE, "another worker listens there now"));
    }
  }

  /** Answers control messages, and refuses calls. */
  private static final class AcknowledgingHandler implements RequestHandler {
    @Override
    public long incarnation() {
      return INCARNATION;
    }

    @Override
    public Optional<CallFailure> refusal(boolean nested) {
      return Optional.of(CallFailure.of(Kind.REJECTED, "no calls"));
    }

    @Override
    public Call call(boolean nested, byte[] message, long nanos, Reply reply) {
      throw new AssertionError("refused calls are not read");
    }

    @Override
    public void control(byte[] message, Reply reply) {
      reply.send(Frame.of(new byte[0]));
    }
  }
}
