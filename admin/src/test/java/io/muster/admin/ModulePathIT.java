package io.muster.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.ChildProcess;
import io.muster.fixtures.ModulePathProgram;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ModulePathIT {
  @Test
  void endpoint_servesResources() throws IOException {
    try (ChildProcess program = ModulePathProgram.start(AdminServer.class)) {
      assertThat(program.answer()).startsWith("200");
      assertThat(program.answer()).isEqualTo("200 {\"answer\":42}");
      assertThat(program.exitCode()).isZero();
    }
  }
}
