package io.muster.store.internal.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Background;
import io.muster.store.internal.wire.Opcode;
import io.muster.store.internal.wire.Reply;
import io.muster.store.internal.wire.RequestEncoder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SideConnectionTest {
  private static final long SHORT = TimeUnit.MILLISECONDS.toNanos(40);
  private static final long LONG = TimeUnit.MINUTES.toNanos(10);

  /** What stands for a wait: a request of one byte. */
  private static final RequestWriter WAIT = RequestEncoder::numKeys;

  private static final int VALIDATE_BYTES = 5;

  private ServerSocket listener;
  private SideConnection connection;
  private @Nullable Socket server;

  @BeforeEach
  void connect() throws IOException {
    listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    connection = new SideConnection();
  }

  @AfterEach
  void disconnect() throws IOException {
    connection.close();
    if (server != null) {
      server.close();
    }
    listener.close();
  }

  @Test
  void await_answered_isNotCancelled() throws IOException {
    var wait = waitFor(LONG);
    skip(VALIDATE_BYTES + 1);
    answer(Reply.STOP_WAITING);

    assertThat(wait.result()).isEqualTo(SideConnection.Outcome.COMPLETED);
    connection.close();
    assertThat(server().getInputStream().read()).isEqualTo(-1);
  }

  @Test
  void await_notAnswered_isCancelledAndNotEarly() throws IOException {
    long start = System.nanoTime();
    var wait = waitFor(SHORT);
    skip(VALIDATE_BYTES + 1);

    assertThat(server().getInputStream().read()).isEqualTo(Opcode.CANCEL_WAIT.code());
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(SHORT);
    answer(Reply.WAIT_CANCELED);
    assertThat(wait.result()).isEqualTo(SideConnection.Outcome.TIMED_OUT);
  }

  @Test
  void await_answeredWhileItIsCancelled_came() throws IOException {
    var wait = waitFor(SHORT);
    skip(VALIDATE_BYTES + 1);

    assertThat(server().getInputStream().read()).isEqualTo(Opcode.CANCEL_WAIT.code());
    answer(Reply.STOP_WAITING);
    answer(Reply.WAIT_CANCELED);

    assertThat(wait.result()).isEqualTo(SideConnection.Outcome.COMPLETED);
  }

  @Test
  void await_afterOneThatWasCancelled_hasALimitOfItsOwn() throws IOException {
    var first = waitFor(SHORT);
    skip(VALIDATE_BYTES + 1);
    skip(1);
    answer(Reply.WAIT_CANCELED);
    assertThat(first.result()).isEqualTo(SideConnection.Outcome.TIMED_OUT);

    var second = waitFor(LONG);
    skip(1);
    second.awaitBlocked();
    answer(Reply.STOP_WAITING);

    assertThat(second.result()).isEqualTo(SideConnection.Outcome.COMPLETED);
  }

  @Test
  void await_shorterThanTheOneBefore_isCancelledInTime() throws IOException {
    var first = waitFor(LONG);
    skip(VALIDATE_BYTES + 1);
    answer(Reply.STOP_WAITING);
    assertThat(first.result()).isEqualTo(SideConnection.Outcome.COMPLETED);

    var second = waitFor(SHORT);
    skip(1);

    assertThat(server().getInputStream().read()).isEqualTo(Opcode.CANCEL_WAIT.code());
    answer(Reply.WAIT_CANCELED);
    assertThat(second.result()).isEqualTo(SideConnection.Outcome.TIMED_OUT);
  }

  @Test
  void await_longerThanTheOneBefore_isNotCancelledEarly() throws IOException {
    var first = waitFor(SHORT);
    skip(VALIDATE_BYTES + 1);
    answer(Reply.STOP_WAITING);
    assertThat(first.result()).isEqualTo(SideConnection.Outcome.COMPLETED);

    long start = System.nanoTime();
    var second = waitFor(2 * SHORT);
    skip(1);

    assertThat(server().getInputStream().read()).isEqualTo(Opcode.CANCEL_WAIT.code());
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(2 * SHORT);
    answer(Reply.WAIT_CANCELED);
    assertThat(second.result()).isEqualTo(SideConnection.Outcome.TIMED_OUT);
  }

  @Test
  void await_cancelNotConfirmed_failsAndLeavesTheServer() throws IOException {
    var wait = waitFor(SHORT);
    skip(VALIDATE_BYTES + 1);
    skip(1);

    assertThat(wait.failure()).isInstanceOf(CallTimeoutException.class);
    assertThat(connection.isClosed()).isTrue();
    assertThat(server().getInputStream().read()).isEqualTo(-1);
  }

  @Test
  void await_interrupted_returnsWhenTheServerHasConfirmed() throws IOException {
    var wait = waitFor(LONG);
    skip(VALIDATE_BYTES + 1);
    wait.awaitBlocked();

    wait.interrupt();

    assertThat(server().getInputStream().read()).isEqualTo(Opcode.CANCEL_WAIT.code());
    wait.awaitBlocked();
    answer(Reply.WAIT_CANCELED);
    assertThat(wait.result()).isEqualTo(SideConnection.Outcome.INTERRUPTED);
    assertThat(connection.isClosed()).isFalse();
  }

  @Test
  void await_interruptedAndNotConfirmed_failsAndLeavesTheServer() throws IOException {
    var wait = waitFor(LONG);
    skip(VALIDATE_BYTES + 1);
    wait.awaitBlocked();

    wait.interrupt();

    skip(1);
    assertThat(wait.failure()).isInstanceOf(CallInterruptedException.class);
    assertThat(connection.isClosed()).isTrue();
  }

  @Test
  void await_answeredWhileAnInterruptIsToldOf_came() throws IOException {
    var wait = waitFor(LONG);
    skip(VALIDATE_BYTES + 1);
    wait.awaitBlocked();

    wait.interrupt();
    skip(1);
    answer(Reply.STOP_WAITING);
    answer(Reply.WAIT_CANCELED);

    assertThat(wait.result()).isEqualTo(SideConnection.Outcome.COMPLETED);
  }

  private Background<SideConnection.Outcome> waitFor(long nanos) throws IOException {
    Connector.Connected connected =
        new Connector.Connected(
            new Connection(),
            (InetSocketAddress) listener.getLocalSocketAddress(),
            new Handshake.Greeting(ServerKind.MUSTER, null));
    return Background.call(() -> connection.await(connected, WAIT, nanos));
  }

  /** The other end; there is one as soon as a wait has begun. */
  private Socket server() throws IOException {
    Socket accepted = server;
    if (accepted == null) {
      accepted = listener.accept();
      server = accepted;
    }
    return accepted;
  }

  private void skip(int bytes) throws IOException {
    assertThat(server().getInputStream().readNBytes(bytes)).hasSize(bytes);
  }

  private void answer(int reply) throws IOException {
    server().getOutputStream().write(reply);
  }
}
