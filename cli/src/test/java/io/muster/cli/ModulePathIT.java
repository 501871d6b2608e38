package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The command on the module path, without data directories, which need jars that share packages.
 * {@code bin/muster} uses the class path.
 */
@EnabledOnOs(OS.LINUX)
class ModulePathIT {
  private static final Pattern FOR_THE_CLASS_PATH =
      Pattern.compile("[/\\\\](muster-replicated|ratis)-[^/\\\\]*$");

  @TempDir private Path directory = Path.of("");

  private static String modules() throws IOException {
    try (Stream<Path> jars = Files.list(Path.of("target", "lib"))) {
      return jars.filter(jar -> !FOR_THE_CLASS_PATH.matcher(jar.toString()).find())
          .map(Path::toString)
          .collect(Collectors.joining(File.pathSeparator));
    }
  }

  @Test
  void command_runsAWorld() throws IOException, InterruptedException {
    ProcessBuilder command =
        new ProcessBuilder(
            Child.java(),
            "--module-path",
            modules(),
            "--module",
            "io.muster.cli/io.muster.cli.Main",
            "run",
            "--no-python",
            "echo",
            "up");
    try (Child child = new Child(directory, command)) {
      assertThat(child.exitCode()).as(child.err()).isZero();
      assertThat(child.out()).isEqualTo("up\n");
    }
  }
}
