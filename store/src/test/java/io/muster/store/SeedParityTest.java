package io.muster.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/seed-parity.md leads from each of PyTorch's cases to a test that is there. */
class SeedParityTest {
  private static final Path TABLE = Path.of("../docs/seed-parity.md");
  private static final Path MODULES = Path.of("..");
  private static final Path TESTS = Path.of("src/test/java");
  private static final Path CONTRACTS = Path.of("fixtures/src/main/java");
  private static final Pattern ROW = Pattern.compile("\\| `([\\w.]+)` \\| `(\\w+)#(\\w+)`.*");
  private static final Pattern METHOD = Pattern.compile("\\bvoid (\\w+)\\(");
  private static final Pattern HEADER = Pattern.compile("\\b(?:class|interface) (\\w+)([^{]*)\\{");
  private static final Pattern NAME = Pattern.compile("\\w+");

  @Test
  void rows_nameTestsThatExist() throws IOException {
    List<MatchResult> rows =
        Files.readAllLines(TABLE).stream().flatMap(line -> ROW.matcher(line).results()).toList();
    // Those of other modules cannot be loaded here, but read.
    Map<String, List<String>> sources = sources();

    assertThat(rows).hasSize(83);
    assertThat(rows).extracting(row -> row.group(1)).doesNotHaveDuplicates();
    for (MatchResult row : rows) {
      assertThat(methods(row.group(2), sources)).as(row.group()).contains(row.group(3));
    }
  }

  /** The tests of all modules, by the names of their classes. */
  private static Map<String, List<String>> sources() throws IOException {
    try (Stream<Path> modules = Files.list(MODULES)) {
      return Stream.concat(
              modules.map(module -> module.resolve(TESTS)), Stream.of(MODULES.resolve(CONTRACTS)))
          .filter(Files::isDirectory)
          .flatMap(SeedParityTest::files)
          .filter(file -> file.toString().endsWith(".java"))
          .collect(
              Collectors.groupingBy(
                  file ->
                      Objects.requireNonNull(file.getFileName()).toString().replace(".java", ""),
                  Collectors.mapping(SeedParityTest::text, Collectors.toList())));
    }
  }

  private static Stream<Path> files(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a class declares and what it inherits from others. */
  private static List<String> methods(String name, Map<String, List<String>> sources) {
    return sources.getOrDefault(name, List.of()).stream()
        .flatMap(
            text ->
                Stream.concat(
                    METHOD.matcher(text).results().map(method -> method.group(1)),
                    HEADER
                        .matcher(text)
                        .results()
                        .filter(header -> header.group(1).equals(name))
                        .flatMap(header -> NAME.matcher(header.group(2)).results())
                        .flatMap(parent -> methods(parent.group(), sources).stream())))
        .toList();
  }
}
