package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The command on the module path. {@code bin/muster} uses the class path. */
@EnabledOnOs(OS.LINUX)
class ModulePathIT {
  @TempDir private Path directory = Path.of("");

  @Test
  void command_runsAWorld() throws IOException, InterruptedException {
    ProcessBuilder command =
        new ProcessBuilder(
            Child.java(),
            "--module-path",
            Path.of("target", "lib").toString(),
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
