package io.muster.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.ChildProcess;
import io.muster.fixtures.ModulePathProgram;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ModulePathIT {
  @Test
  void workers_callEachOther() throws IOException {
    try (ChildProcess program = ModulePathProgram.start(Rpc.class)) {
      assertThat(program.answer()).isEqualTo("2");
      assertThat(program.answer()).isEqualTo("3");
      assertThat(program.exitCode()).isZero();
    }
  }
}
