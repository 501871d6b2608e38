package io.muster.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples in the Javadoc of the main public types compile. */
class JavadocExamplesTest {
  private static final Pattern EXAMPLE =
      Pattern.compile(
          "^ \\* <pre>\\{@code\\R(.*?)^ \\* }</pre>", Pattern.DOTALL | Pattern.MULTILINE);

  /** Declares what examples refer to. */
  private static final String CONTEXT =
      """
      import io.muster.rpc.*;
      import java.nio.file.Path;
      import java.net.InetAddress;
      import java.time.Duration;
      import java.util.concurrent.CompletableFuture;

      abstract class Example {
        interface Adder {
          int add(int a, int b);
        }

        interface Counter {
          void add(int number);
        }

        record Point(double x, double y) {}

        RpcAgent agent;
        RpcOptions options;
        Worker worker;
        Worker other;

        void run() throws Exception {
          %s
        }
      }
      """;

  @TempDir private Path classes;

  @ParameterizedTest
  @ValueSource(
      classes = {
        Rpc.class,
        RpcAgent.class,
        RpcOptions.class,
        RpcTls.class,
        Worker.class,
        RemoteRef.class
      })
  void example_compiles(Class<?> type) throws IOException {
    String source =
        Files.readString(
            Path.of("src", "main", "java").resolve(type.getName().replace('.', '/') + ".java"));
    Matcher example = EXAMPLE.matcher(source);

    assertThat(example.find()).as("an example").isTrue();
    assertCompiles(example.group(1).replaceAll("(?m)^ \\* ?", ""));
  }

  private void assertCompiles(String statements) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter errors = new StringWriter();
    boolean isCompiled =
        compiler
            .getTask(
                errors,
                null,
                null,
                List.of(
                    "-proc:none",
                    "-classpath",
                    System.getProperty("java.class.path"),
                    "-d",
                    classes.toString()),
                null,
                List.of(new Source(CONTEXT.formatted(statements))))
            .call();
    assertThat(isCompiled).as("%s%n%s", statements, errors).isTrue();
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String text) {
      super(URI.create("string:///Example.java"), JavaFileObject.Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }
}
