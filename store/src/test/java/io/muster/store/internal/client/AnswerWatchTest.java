package io.muster.store.internal.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AnswerWatchTest {
  private static final long SHORT = TimeUnit.MILLISECONDS.toNanos(40);
  private static final long LONG = TimeUnit.MINUTES.toNanos(1);

  private ServerSocket listener;
  private Connection connection;
  private Socket server;

  @BeforeEach
  void connect() throws IOException {
    listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    connection = Connection.open((InetSocketAddress) listener.getLocalSocketAddress(), LONG);
    server = listener.accept();
  }

  @AfterEach
  void disconnect() throws IOException {
    connection.close();
    server.close();
    listener.close();
  }

  @Test
  void aServerThatDoesNotAnswerEndsTheReadAndIsLeft() throws IOException {
    long start = System.nanoTime();
    connection.readTimeout(SHORT);

    assertThatExceptionOfType(SocketTimeoutException.class)
        .isThrownBy(() -> connection.replies().getByte());
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(SHORT);
    assertThat(server.getInputStream().read()).isEqualTo(-1);
  }

  @Test
  void anAnswerInTimeIsRead() throws IOException {
    connection.readTimeout(LONG);
    server.getOutputStream().write(7);

    assertThat(connection.replies().getByte()).isEqualTo(7);
  }

  @Test
  void timeBetweenReadsDoesNotCount() throws IOException {
    connection.readTimeout(SHORT);
    server.getOutputStream().write(new byte[] {7});
    assertThat(connection.replies().getByte()).isEqualTo(7);
    long since = System.nanoTime();
    while (System.nanoTime() - since < 3 * SHORT) {
      Thread.onSpinWait();
    }
    server.getOutputStream().write(8);

    assertThat(connection.replies().getByte()).isEqualTo(8);
  }

  @Test
  void aNewLimitTakesThePlaceOfTheOld() throws IOException {
    connection.readTimeout(SHORT);
    connection.readTimeout(Long.MAX_VALUE);
    long since = System.nanoTime();
    Thread late =
        new Thread(
            () -> {
              while (System.nanoTime() - since < 3 * SHORT) {
                Thread.onSpinWait();
              }
              try {
                server.getOutputStream().write(9);
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    late.start();

    assertThat(connection.replies().getByte()).isEqualTo(9);
  }

  @Test
  void aCloseEndsTheReadAsACloseDoes() throws IOException {
    connection.readTimeout(LONG);
    new Thread(connection::close).start();

    assertThatExceptionOfType(SocketException.class)
        .isThrownBy(() -> connection.replies().getByte());
  }
}
