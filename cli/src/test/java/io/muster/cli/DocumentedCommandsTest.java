package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The commands in the documentation have options and arguments that exist. */
class DocumentedCommandsTest {
  private static final Streams NONE =
      new Streams(
          InputStream.nullInputStream(), new ByteArrayOutputStream(), new ByteArrayOutputStream());

  /**
   * A command in a code block, perhaps with variables before it, or run in a container: up to a
   * comment, or to what ends a command of a shell.
   */
  private static final Pattern COMMAND =
      Pattern.compile(
          "^ {4,6}(?:\\$ |source <\\(|[a-z]+=\\$\\(|[A-Z_]+=[^ ]+ |kubectl .* -- )*(?:\\./)?muster "
              + "((?:\"[^\"]*\"|'[^']*'|[^#&|;<>\"'])*)");

  private static final Pattern WORD = Pattern.compile("(?:\"[^\"]*\"|'[^']*'|[^ \"'])+");

  /** Parses a command line, without running it. */
  static void parse(String command) {
    List<String> words = new ArrayList<>();
    Matcher word = WORD.matcher(command);
    while (word.find()) {
      words.add(word.group().replaceAll("[\"']", ""));
    }
    var unused = Main.commandLine(NONE, Map.of(), "").parseArgs(words.toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource({
    "README.md, 3",
    "docs/cli.md, 7",
    "docs/operations.md, 8",
    "docs/run.md, 3",
    "examples/ddp/README.md, 1"
  })
  void commandsOfAFile_areAccepted(String file, int atLeast) throws IOException {
    String text = Files.readString(Path.of("..", file)).replaceAll(" *\\\\\n *", " ");
    int found = 0;
    for (String line : text.lines().filter(l -> l.startsWith("    ")).toList()) {
      // A synopsis, rather than a command.
      if (line.contains("…") || line.contains("[") || line.contains("...")) {
        continue;
      }
      Matcher command = COMMAND.matcher(line);
      if (command.find()) {
        String words = command.group(1).replaceFirst("\\)$", "").replaceAll("\\$\\([^)]*\\)", "1");
        assertThatCode(() -> parse(words)).as(line).doesNotThrowAnyException();
        found++;
      }
    }
    assertThat(found).as("commands in %s", file).isGreaterThanOrEqualTo(atLeast);
  }
}
