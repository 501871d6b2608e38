package io.muster.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.ChildProcess;
import io.muster.fixtures.ModulePathProgram;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class ModulePathIT {
  @Test
  void world_succeeds() throws IOException {
    try (ChildProcess program = ModulePathProgram.start(Launcher.class)) {
      assertThat(program.answer()).isEqualTo("all workers succeeded");
      assertThat(program.exitCode()).isZero();
    }
  }
}
