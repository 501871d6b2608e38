package io.muster.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java sample of README.md. */
class ReadmeIT {
  private static final Pattern SAMPLE =
      Pattern.compile("```java\\R((?:import [^\n]+\n|\n)+)(.*?)```", Pattern.DOTALL);

  @TempDir private Path directory;

  @Test
  void sample_printsAValue_andEndsByItself() throws IOException {
    Matcher sample = SAMPLE.matcher(Files.readString(Path.of("../README.md")));
    assertThat(sample.find()).isTrue();
    Path program =
        Files.writeString(
            directory.resolve("Sample.java"),
            """
            %s
            class Sample {
              public static void main(String[] args) {
                %s
              }
            }
            """
                .formatted(sample.group(1), sample.group(2)));

    // The java command also takes the name of a source file.
    try (ChildProcess process = ChildProcess.java(program.toString())) {
      assertThat(process.exitCode()).as(process.output()).isZero();
      assertThat(process.output().lines()).contains("10.0.0.1:7000");
    }
  }
}
