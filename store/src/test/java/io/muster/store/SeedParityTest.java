package io.muster.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.support.ReflectionSupport;

/** docs/seed-parity.md leads from each of PyTorch's cases to a test that is there. */
class SeedParityTest {
  private static final Path TABLE = Path.of("../docs/seed-parity.md");
  private static final Pattern ROW = Pattern.compile("\\| `[\\w.]+` \\| `(\\w+)#(\\w+)`.*");
  private static final List<String> PACKAGES = List.of("io.muster.store.", "io.muster.rendezvous.");

  @Test
  void rows_nameTestsThatExist() throws IOException {
    List<MatchResult> rows =
        Files.readAllLines(TABLE).stream().flatMap(line -> ROW.matcher(line).results()).toList();

    assertThat(rows).hasSizeGreaterThan(70);
    for (MatchResult row : rows) {
      assertThat(methods(row.group(1))).as(row.group()).contains(row.group(2));
    }
  }

  private static List<String> methods(String testClass) {
    return PACKAGES.stream()
        .map(name -> ReflectionSupport.tryToLoadClass(name + testClass))
        .flatMap(found -> found.toOptional().stream())
        .flatMap(
            found ->
                Stream.concat(Stream.of(found.getMethods()), Stream.of(found.getDeclaredMethods())))
        .map(Method::getName)
        .toList();
  }
}
