package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.store.TcpStore;
import io.muster.store.server.StoreServer;
import io.muster.store.server.StoreServerOptions;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fault A7: what the command line writes to its error stream, with and without {@code -v}. */
class MessageTextTest {
  private static final String HOSTILE = "a\u009b31m\u001b[2J\u202eb\u2066\u2028c\nforged\u0085line";

  /** Lines of a stack trace begin as Java's do, and none was put between them. */
  private static void assertStackTrace(String text) {
    assertThat(text).endsWith("\n");
    for (String line : List.of(text.split("\n", -1))) {
      assertThat(line.replaceFirst("^\t*", ""))
          .doesNotContainPattern("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");
      assertThat(line).doesNotStartWith("forged");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"get KEY", "add KEY 1", "wait KEY", "barrier KEY 2", "pop KEY", "KEY"})
  void key_isEscaped(String command) {
    try (StoreServer server = StoreServer.start(StoreServerOptions.builder().build());
        TcpStore store = TcpStore.connect("127.0.0.1", server.port())) {
      if (command.startsWith("add")) {
        store.set(HOSTILE, HOSTILE);
      }
      String endpoint = "127.0.0.1:" + server.port();
      List<String> arguments =
          new ArrayList<>(List.of("-v", "kv", "--endpoint", endpoint, "--timeout", "100ms"));
      for (String word : command.split(" ", -1)) {
        arguments.add(word.replace("KEY", HOSTILE));
      }

      Cli.Result result = Cli.run(arguments.toArray(String[]::new));

      assertThat(result.exitCode()).isNotZero();
      assertThat(result.err()).contains("a\\u009b31m\\u001b[2J\\u202eb").contains("\tat ");
      assertStackTrace(result.err());
    }
  }

  @Test
  void argumentsThatAreRefused_areEscaped() {
    assertStackTrace(Cli.run("-v", "kv", "--endpoint", HOSTILE, "count").err());
    assertStackTrace(Cli.run("-v", "serve", "--port-file", HOSTILE + "/x", "--port", "0").err());
    assertStackTrace(Cli.run("-v", "serve", "--bind", HOSTILE, "--port", "0").err());
    assertStackTrace(Cli.run("-v", HOSTILE).err());
  }

  @Test
  void stackTrace_escapesCausesAndSuppressedOnes() {
    Exception thrown = new Exception(HOSTILE, new Exception("cause " + HOSTILE));
    thrown.addSuppressed(new Exception("suppressed " + HOSTILE));
    StringWriter text = new StringWriter();

    StackTrace.print(thrown, new PrintWriter(text));

    assertThat(text.toString())
        .startsWith("java.lang.Exception: a\\u009b31m")
        .contains("\n\tSuppressed: java.lang.Exception: suppressed a\\u009b31m")
        .contains("\nCaused by: java.lang.Exception: cause a\\u009b31m");
    assertStackTrace(text.toString());
  }
}
