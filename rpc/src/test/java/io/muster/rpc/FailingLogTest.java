package io.muster.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.muster.fixtures.Background;
import io.muster.rpc.internal.engine.AgentInternals;
import io.muster.rpc.internal.transport.RateLimitedLog;
import io.muster.rpc.internal.world.WorkerInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A logger that throws ends neither a call nor a thread. Fault E4. The same kind of fault was
 * looked for in the loggers of Muster's agents, of gRPC and of its Netty.
 */
class FailingLogTest {
  /** The loggers of Muster, gRPC and its Netty. */
  private static final List<Logger> LOGGERS =
      List.of(Logger.getLogger("io.muster.rpc"), Logger.getLogger("io.grpc"));

  private final AtomicInteger failures = new AtomicInteger();

  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord entry) {
          failures.incrementAndGet();
          throw new NoClassDefFoundError("as the test wants");
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  private void breakLoggers() {
    for (Logger logger : LOGGERS) {
      logger.addHandler(handler);
    }
  }

  @AfterEach
  void mendLoggers() {
    for (Logger logger : LOGGERS) {
      logger.removeHandler(handler);
    }
  }

  @Test
  void warning_ofALoggerThatFails_isNotThrown() {
    breakLoggers();
    untilTheLoggerHasFailed(
        () ->
            assertThatCode(() -> RateLimitedLog.warn("a line", new Exception("as the test wants")))
                .doesNotThrowAnyException());
  }

  @Test
  void connectionsThatAreCutOff_leaveTheOthersServed() {
    try (LocalWorld world =
        LocalWorld.of(2, options -> options.function("echo", arguments -> arguments[0]))) {
      breakLoggers();
      WorkerInfo worker = AgentInternals.info(world.agent(0), 1);
      untilTheLoggerHasFailed(() -> sendGarbage(worker));

      assertThat(world.seen(0, 1).call(String.class, "echo", "still there"))
          .isEqualTo("still there");
      assertThat(world.seen(1, 0).call(String.class, "echo", "still there"))
          .isEqualTo("still there");
    }
  }

  /** Repeats a task at least 20 times, because lines beyond the limit per second are not logged. */
  private void untilTheLoggerHasFailed(Runnable task) {
    long start = System.nanoTime();
    for (int i = 0; i < 20 || failures.get() == 0; i++) {
      assertThat(System.nanoTime() - start).isLessThan(Background.PATIENCE.toNanos());
      task.run();
    }
  }

  /** Returns when the worker has closed the connection. */
  private static void sendGarbage(WorkerInfo worker) {
    try (Socket socket = new Socket(worker.address().getAddress(), worker.port())) {
      socket.setSoTimeout(Math.toIntExact(Background.PATIENCE.toMillis()));
      socket
          .getOutputStream()
          .write("GET / HTTP/1.1\r\n\r\n".repeat(10).getBytes(StandardCharsets.US_ASCII));
      socket.getInputStream().readAllBytes();
    } catch (SocketTimeoutException e) {
      throw new AssertionError("the connection stays open", e);
    } catch (SocketException e) {
      // Closed before everything was read.
      return;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
