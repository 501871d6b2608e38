package io.muster.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.ChildProcess;
import io.muster.fixtures.ModulePathProgram;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ModulePathIT {
  @Test
  void bodies_succeedAndFail() throws IOException {
    try (ChildProcess program = ModulePathProgram.start(Ranks.class)) {
      assertThat(program.answer()).isEqualTo("6");
      assertThat(program.answer()).isEqualTo("rank 0 of 1: java.lang.IllegalStateException: no");
      assertThat(program.exitCode()).isZero();
    }
  }
}
