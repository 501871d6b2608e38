package io.muster.rpc;

import static io.muster.fixtures.PrintableMessages.HOSTILE;
import static io.muster.fixtures.PrintableMessages.assertEscapes;
import static io.muster.fixtures.PrintableMessages.assertPrintable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.muster.fixtures.Background;
import io.muster.rpc.internal.transport.RateLimitedLog;
import io.muster.store.HashStore;
import io.muster.store.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Fault A7: messages escape the names of workers and functions and the messages of remote
 * exceptions.
 */
class MessageTextTest {
  private final Store store = new HashStore();
  private final RpcAgent agent =
      Rpc.init(
          HOSTILE,
          LocalWorld.options(
              store,
              0,
              1,
              options ->
                  options
                      .function("throw", arguments -> failure())
                      .function("echo", arguments -> arguments[0])));

  private static Object failure() {
    throw new IllegalStateException(HOSTILE, new Exception(HOSTILE));
  }

  @AfterEach
  void close() {
    agent.close();
  }

  @SuppressWarnings("ImmutableEnumChecker") // the functions have no state
  private enum Call {
    OF_A_WORKER_THAT_IS_NOT_THERE(agent -> agent.worker(1)),
    OF_A_NAME_THAT_IS_NOT_THERE(agent -> agent.worker("no " + HOSTILE)),
    OF_A_FUNCTION_THAT_IS_NOT_THERE(agent -> agent.worker(0).call(Object.class, HOSTILE)),
    OF_A_FUNCTION_THAT_THROWS(agent -> agent.worker(0).call(Object.class, "throw")),
    WITH_A_RESULT_OF_ANOTHER_TYPE(agent -> agent.worker(0).call(Integer.class, "echo", "x"));

    private final Consumer<RpcAgent> call;

    Call(Consumer<RpcAgent> call) {
      this.call = call;
    }
  }

  @ParameterizedTest
  @EnumSource
  void text_isEscaped(Call call) {
    assertEscapes(() -> call.call.accept(agent));
    assertPrintable(agent.toString());
  }

  @Test
  void remoteException_hasTheTextAsItWas() {
    RemoteException thrown =
        catchThrowableOfType(
            RemoteException.class, () -> agent.worker(0).call(Object.class, "throw"));

    assertThat(thrown.remoteMessage()).isEqualTo(HOSTILE);
  }

  @Test
  void nameThatIsTaken_isEscaped() {
    RpcOptions options =
        LocalWorld.options(store, 0, 1, more -> more.initTimeout(Duration.ofMillis(100)));

    assertEscapes(() -> Rpc.init(HOSTILE, options));
  }

  @Test
  void textOfAnotherKindInTheStore_isEscaped() {
    HashStore poisoned = new HashStore();
    RpcOptions options =
        LocalWorld.options(
            poisoned,
            0,
            2,
            more -> more.initTimeout(Background.PATIENCE).timeout(Background.PATIENCE));
    try (RpcAgent first =
        Rpc.init(
            "w",
            LocalWorld.options(poisoned, 0, 1, more -> more.initTimeout(Background.PATIENCE)))) {
      assertThat(first.rank()).isZero();
    }
    String key =
        poisoned.listKeys().stream()
            .filter(name -> name.endsWith("rank/0"))
            .findFirst()
            .orElseThrow();
    poisoned.set(key.replace("rank/0", "rank/1"), HOSTILE + " " + HOSTILE + " host name");
    poisoned.listKeys().stream()
        .filter(name -> name.contains("claim/") || name.contains("name/"))
        .forEach(poisoned::deleteKey);

    assertEscapes(() -> Rpc.init("v", options));
  }

  @Test
  void logLine_isEscaped() {
    List<String> lines = new ArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord entry) {
            lines.add(entry.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger logger = Logger.getLogger("io.muster.rpc");
    logger.addHandler(handler);
    try {
      // Other tests may have reached the limit of log lines per second.
      long start = System.nanoTime();
      while (lines.isEmpty() && System.nanoTime() - start < Background.PATIENCE.toNanos()) {
        RateLimitedLog.warn("a line: " + HOSTILE, new Exception(HOSTILE));
      }
    } finally {
      logger.removeHandler(handler);
    }

    assertThat(lines).isNotEmpty().allSatisfy(line -> assertPrintable(line));
  }
}
