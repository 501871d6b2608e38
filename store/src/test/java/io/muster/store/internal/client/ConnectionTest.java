package io.muster.store.internal.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.fixtures.Background;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What ends a call on a connection, and what is left of the connection then. Faults B1 and B2.
 *
 * <p>The same shapes were looked for in the handshake, the side connections and the wait that is
 * withdrawn; all of them are calls of this class now.
 */
class ConnectionTest {
  private static final long SHORT = TimeUnit.MILLISECONDS.toNanos(40);
  private static final long LONG = TimeUnit.MINUTES.toNanos(1);

  private ServerSocket listener;
  private final Connection connection = new Connection();
  private Socket server;

  @BeforeEach
  void connect() throws IOException {
    listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    connection.call(
        LONG,
        unused -> {
          connection.connect((InetSocketAddress) listener.getLocalSocketAddress(), LONG);
          return true;
        });
    server = listener.accept();
  }

  @AfterEach
  void disconnect() throws IOException {
    connection.close();
    server.close();
    listener.close();
  }

  @Test
  void connect_toItself_isRefused() throws IOException {
    try (Socket socket = new Socket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      InetSocketAddress itself = (InetSocketAddress) socket.getLocalSocketAddress();
      Connection self = new Connection(socket);

      assertThatExceptionOfType(ConnectException.class)
          .isThrownBy(
              () ->
                  self.call(
                      LONG,
                      unused -> {
                        self.connect(itself, LONG);
                        return true;
                      }))
          .withMessage("Connection refused");
      assertThat(socket.isClosed()).isTrue();
    }
  }

  @Test
  void call_notAnswered_endsAtItsDeadlineAndLeavesTheServer() throws IOException {
    long start = System.nanoTime();

    assertThatExceptionOfType(CallTimeoutException.class).isThrownBy(() -> readByte(SHORT));

    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(SHORT);
    assertThat(server.getInputStream().read()).isEqualTo(-1);
  }

  @Test
  void call_answeredByteByByte_endsAtItsDeadlineAllTheSame() throws IOException {
    long start = System.nanoTime();
    var dripping = Background.run(() -> drip(TimeUnit.MILLISECONDS.toNanos(15)));

    assertThatExceptionOfType(CallTimeoutException.class)
        .isThrownBy(() -> connection.call(4 * SHORT, c -> c.replies().getBlob()));

    assertThat(System.nanoTime() - start).isBetween(4 * SHORT, TimeUnit.SECONDS.toNanos(5));
    assertThat(dripping.result()).isTrue();
  }

  @Test
  void call_ofAServerThatDoesNotRead_endsAtItsDeadline() {
    assertThatExceptionOfType(CallTimeoutException.class).isThrownBy(() -> writeForEver(SHORT));
    assertThat(connection.isClosed()).isTrue();
  }

  @Test
  void call_answeredInTime_leavesTheConnectionOpen() throws IOException {
    server.getOutputStream().write(7);

    assertThat(readByte(LONG)).isEqualTo(7);
    assertThat(connection.isClosed()).isFalse();
  }

  @Test
  void timeBetweenCalls_doesNotCount() throws IOException {
    server.getOutputStream().write(7);
    assertThat(readByte(SHORT)).isEqualTo(7);
    long since = System.nanoTime();
    while (System.nanoTime() - since < 3 * SHORT) {
      Thread.onSpinWait();
    }
    server.getOutputStream().write(8);

    assertThat(readByte(SHORT)).isEqualTo(8);
  }

  @Test
  void call_longerThanTheOneBefore_hasALimitOfItsOwn() throws IOException {
    server.getOutputStream().write(7);
    assertThat(readByte(SHORT)).isEqualTo(7);
    var later = Background.call(() -> readByte(LONG)).awaitBlocked();
    long since = System.nanoTime();
    while (System.nanoTime() - since < 3 * SHORT) {
      Thread.onSpinWait();
    }
    server.getOutputStream().write(9);

    assertThat(later.result()).isEqualTo(9);
  }

  @Test
  void call_shorterThanTheOneBefore_endsInTime() throws IOException {
    server.getOutputStream().write(7);
    assertThat(readByte(LONG)).isEqualTo(7);

    assertThatExceptionOfType(CallTimeoutException.class).isThrownBy(() -> readByte(SHORT));
  }

  @Test
  void interrupt_ofAReader_endsTheCallSoon() {
    var reading = Background.call(() -> readByte(LONG)).awaitBlocked();

    reading.interrupt();

    assertThat(reading.failure()).isInstanceOf(CallInterruptedException.class);
    assertThat(connection.isClosed()).isTrue();
  }

  @Test
  void interrupt_ofAWriter_endsTheCallSoon() {
    var writing = Background.call(() -> writeForEver(LONG)).awaitBlocked();

    writing.interrupt();

    assertThat(writing.failure()).isInstanceOf(CallInterruptedException.class);
    assertThat(connection.isClosed()).isTrue();
  }

  @Test
  void interrupt_ofACallThatIsAnswered_leavesTheConnectionInStep() throws IOException {
    var reading =
        Background.call(
            () -> {
              int answer = readByte(LONG);
              return Thread.interrupted() ? answer : -1;
            });
    reading.awaitBlocked().interrupt();
    server.getOutputStream().write(7);

    assertThat(reading.result()).isEqualTo(7);
    server.getOutputStream().write(8);
    assertThat(readByte(LONG)).isEqualTo(8);
  }

  @Test
  void interruptsBeforeCalls_leaveTheConnectionInStep() throws IOException {
    for (int i = 0; i < 3; i++) {
      server.getOutputStream().write(i);
      Thread.currentThread().interrupt();
      assertThat(readByte(LONG)).isEqualTo(i);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void close_underACall_endsItAsACloseDoes() {
    var reading = Background.call(() -> readByte(LONG)).awaitBlocked();

    connection.close();

    assertThat(reading.failure()).isInstanceOf(SocketException.class);
  }

  @Test
  void anyThrowableWithinACall_closesTheConnection() throws IOException {
    Throwable[] thrown = {new OutOfMemoryError("heap"), new IllegalStateException("a list's")};
    assertThatThrownBy(
            () ->
                connection.call(
                    LONG,
                    c -> {
                      c.requests().numKeys();
                      throw sneaky(thrown[0]);
                    }))
        .isSameAs(thrown[0]);

    assertThat(connection.isClosed()).isTrue();
    assertThat(server.getInputStream().read()).as("nothing was sent").isEqualTo(-1);
  }

  private int readByte(long nanos) throws IOException {
    return connection.call(nanos, c -> c.replies().getByte());
  }

  private boolean writeForEver(long nanos) throws IOException {
    byte[] value = new byte[1 << 20];
    return connection.call(
        nanos,
        c -> {
          while (true) {
            c.requests().set(value, value);
            c.flush();
          }
        });
  }

  /** Sends the length of a value, and then bytes of it one by one until nobody reads them. */
  private boolean drip(long everyNanos) {
    try {
      OutputStream out = server.getOutputStream();
      out.write(new byte[] {0, 0, 1, 0, 0, 0, 0, 0});
      for (long next = System.nanoTime(); ; next += everyNanos) {
        while (System.nanoTime() < next) {
          Thread.onSpinWait();
        }
        out.write(1);
      }
    } catch (IOException e) {
      return true;
    }
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> RuntimeException sneaky(Throwable thrown) throws T {
    throw (T) thrown;
  }
}
