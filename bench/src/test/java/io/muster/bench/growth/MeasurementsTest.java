package io.muster.bench.growth;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeasurementsTest {
  @TempDir private Path directory = Path.of("");

  @Test
  void figure_thatWasNotMeasured_isMissedByItsName() {
    assertThatThrownBy(() -> new Measurements("a machine").figure("Muster", 10, "memory, MiB"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no \"memory, MiB\" of Muster with 10 clients");
  }

  @Test
  void read_fileThatIsEmpty_fails() throws IOException {
    Path file = Files.createFile(directory.resolve("growth.tsv"));

    assertThatThrownBy(() -> Measurements.read(file)).isInstanceOf(IOException.class);
  }
}
