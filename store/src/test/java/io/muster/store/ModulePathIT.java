package io.muster.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.ChildProcess;
import io.muster.fixtures.ModulePathProgram;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ModulePathIT {
  @Test
  void program_usesStores_andItsOwnRendezvousIsFound() throws IOException {
    try (ChildProcess program = ModulePathProgram.start(Store.class)) {
      assertThat(program.answer()).isEqualTo("tcp");
      assertThat(program.answer()).isEqualTo("file");
      assertThat(program.answer()).isEqualTo("memory as rank 1");
      assertThat(program.exitCode()).isZero();
    }
  }
}
