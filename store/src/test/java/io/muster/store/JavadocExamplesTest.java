package io.muster.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.rendezvous.Rendezvous;
import io.muster.store.server.StoreServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples in the Javadoc of the main public types compile. */
class JavadocExamplesTest {
  private static final Pattern EXAMPLE =
      Pattern.compile("<pre>\\{@code\\R(.*?)\\R[ *]*\\}</pre>", Pattern.DOTALL);

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(
      classes = {
        Store.class,
        TcpStore.class,
        FileStore.class,
        HashStore.class,
        PrefixStore.class,
        KeyText.class,
        StoreServer.class,
        Rendezvous.class
      })
  void examples_compile(Class<?> documented) throws IOException {
    List<String> examples = examples(documented);

    assertThat(examples).isNotEmpty();
    for (String example : examples) {
      assertThat(errors(example)).as(example).isEmpty();
    }
  }

  private static List<String> examples(Class<?> documented) throws IOException {
    Path source = Path.of("src/main/java", documented.getName().replace('.', '/') + ".java");
    List<String> examples = new ArrayList<>();
    Matcher found = EXAMPLE.matcher(Files.readString(source));
    while (found.find()) {
      examples.add(found.group(1).replaceAll("(?m)^ *\\* ?", ""));
    }
    return examples;
  }

  private String errors(String example) throws IOException {
    String source =
        """
        import io.muster.rendezvous.*;
        import io.muster.store.*;
        import io.muster.store.FileStore;
        import io.muster.store.server.*;
        import java.nio.file.*;
        import java.time.*;
        import java.util.*;

        class Example {
          Store store = new HashStore();

          void run() throws Exception {
            %s
          }
        }
        """
            .formatted(example);
    Path file = Files.writeString(directory.resolve("Example.java"), source);
    StringWriter output = new StringWriter();
    PrintWriter out = new PrintWriter(output);
    int result =
        ToolProvider.findFirst("javac")
            .orElseThrow()
            .run(
                out,
                out,
                "-d",
                directory.toString(),
                "-classpath",
                System.getProperty("java.class.path"),
                "-proc:none",
                file.toString());
    return result == 0 ? "" : "does not compile:\n" + output;
  }
}
