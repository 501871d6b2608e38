package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessCountTest {
  private static final int CPUS = Runtime.getRuntime().availableProcessors();

  @TempDir private Path devices = Path.of("");

  @Test
  void devices_areCounted() throws IOException {
    for (String name : new String[] {"nvidia0", "nvidia11", "nvidiactl", "nvidia-uvm"}) {
      Files.createFile(devices.resolve(name));
    }

    assertThat(ProcessCount.of("gpu", devices)).isEqualTo(2);
    assertThat(ProcessCount.of("auto", devices)).isEqualTo(2);
    assertThat(ProcessCount.of("cpu", devices)).isEqualTo(CPUS);
    assertThat(ProcessCount.of("5", devices)).isEqualTo(5);
  }

  @Test
  void noDevices_autoIsTheCpus_andGpuIsRefused() {
    assertThat(ProcessCount.of("auto", devices)).isEqualTo(CPUS);
    assertThatThrownBy(() -> ProcessCount.of("gpu", devices))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("there is no GPU");
  }
}
