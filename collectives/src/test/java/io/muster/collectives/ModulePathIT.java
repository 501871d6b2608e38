package io.muster.collectives;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.ChildProcess;
import io.muster.fixtures.ModulePathProgram;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ModulePathIT {
  @Test
  void ranks_sumTheirNumbers() throws IOException {
    try (ChildProcess program = ModulePathProgram.start(ProcessGroup.class)) {
      assertThat(program.answer()).isEqualTo("3");
      assertThat(program.answer()).isEqualTo("3");
      assertThat(program.exitCode()).isZero();
    }
  }
}
