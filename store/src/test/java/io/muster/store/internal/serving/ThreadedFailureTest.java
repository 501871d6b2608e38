package io.muster.store.internal.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.store.internal.socket.KeepAlive;
import io.muster.store.internal.wire.WireLimits;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whatever is thrown at any step of a connection's thread, its logger included, ends at most that
 * connection; the others are served, and the server forgets it. Fault A1.
 *
 * <p>The same shape was looked for in the acceptor, in the threads that tell waiters, and in what
 * takes memory from one connection while another one is served.
 */
class ThreadedFailureTest {
  private static final byte[] VALIDATE = HexFormat.of().parseHex("00cef7853c");
  private static final byte[] PING = HexFormat.of().parseHex("0d01000000");
  private static final byte[] UNKNOWN_OPCODE = {(byte) 0xff};
  private static final int PATIENCE_MILLIS = 20_000;

  private final FailingSockets sockets = new FailingSockets();
  private final ThreadedTransport transport =
      ThreadedTransport.start(
          new ServingLimits(WireLimits.PYTORCH, Integer.MAX_VALUE, Long.MAX_VALUE, 64L << 20));

  private final ServedJob job =
      transport.addJob(
          new NewJob(
              "default", 0, null, new ListenTarget.OnChannel(sockets, 1, KeepAlive.DEFAULT), null));

  ThreadedFailureTest() throws IOException {}

  @AfterEach
  void close() {
    transport.close();
  }

  @ParameterizedTest
  @EnumSource
  void anyFailure_atAStepForOneClient_leavesTheOthersServed(FailingSockets.Step step)
      throws IOException {
    try (Socket other = connect()) {
      expectServed(other);
      for (Throwable failure :
          List.of(
              new OutOfMemoryError("as the test wants"),
              new StackOverflowError("as the test wants"),
              new NoClassDefFoundError("as the test wants"),
              new IllegalStateException("as the test wants"),
              new IOException("as the test wants"))) {
        sockets.failure = failure;
        sockets.step = step;
        try (Socket victim = connect()) {
          send(victim, PING);
          send(victim, UNKNOWN_OPCODE);
          expectClosed(victim);
        }
        sockets.step = null;

        expectServed(other);
        try (Socket next = connect()) {
          expectServed(next);
        }
        expectOpenConnections(1);
      }
    }
    if (step == FailingSockets.Step.ADDRESS) {
      assertThat(job.statistics().brokenConnections()).isEqualTo(5);
    }
  }

  @Test
  void loggerThatFails_leavesTheOthersServed() throws IOException {
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord entry) {
            throw new OutOfMemoryError("as the test wants");
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger logger = Logger.getLogger("io.muster.store.server");
    logger.addHandler(handler);
    try (Socket other = connect()) {
      expectServed(other);
      try (Socket victim = connect()) {
        send(victim, UNKNOWN_OPCODE);
        expectClosed(victim);
      }
      expectServed(other);
      expectOpenConnections(1);
      assertThat(job.statistics().brokenConnections()).isEqualTo(1);
    } finally {
      logger.removeHandler(handler);
    }
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), job.addresses().get(0).getPort());
    socket.setSoTimeout(PATIENCE_MILLIS);
    send(socket, VALIDATE);
    return socket;
  }

  /** The server may have closed the connection already. */
  private static void send(Socket socket, byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
    } catch (IOException e) {
      return;
    }
  }

  private static void expectServed(Socket client) throws IOException {
    client.getOutputStream().write(PING);
    byte[] reply = client.getInputStream().readNBytes(4);
    if (reply.length < 4) {
      throw new EOFException("the server closed the connection of a client that did nothing");
    }
    assertThat(reply).containsExactly(1, 0, 0, 0);
  }

  private static void expectClosed(Socket client) {
    try {
      client.getInputStream().readAllBytes();
    } catch (SocketTimeoutException e) {
      throw new AssertionError("the connection stays open", e);
    } catch (IOException e) {
      // Closed with something unread.
      return;
    }
  }

  private void expectOpenConnections(int count) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
    while (job.statistics().openConnections() != count) {
      assertThat(System.nanoTime()).as("connections are forgotten").isLessThan(deadline);
      Thread.onSpinWait();
    }
  }
}
