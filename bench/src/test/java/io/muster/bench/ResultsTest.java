package io.muster.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsTest {
  @TempDir private Path directory = Path.of("");

  private static Results results() throws IOException {
    return new Results(List.of(SideBySide.PYTORCH, SideBySide.MUSTER));
  }

  @Test
  void addFrom_whatWasWritten_isTheSame() throws IOException {
    Results written = results();
    written.add("add, µs", SideBySide.MUSTER, 1.5);
    written.add("add, µs", SideBySide.PYTORCH, 2);
    written.add("add, µs", SideBySide.MUSTER, 2.5);
    Path file = directory.resolve("figures");
    written.writeTo(file);

    Results read = results();
    read.addFrom(file);

    assertThat(read.table(name -> true)).isEqualTo(written.table(name -> true));
    assertThat(read.of("add, µs", SideBySide.MUSTER).count()).isEqualTo(2);
    assertThat(read.takenOn()).isEqualTo(Machine.describe());
  }

  @Test
  void median_thatWasNotMeasured_isMissedByItsName() throws IOException {
    Results results = results();

    assertThatThrownBy(() -> results.median("memory, MiB", SideBySide.MUSTER))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no \"memory, MiB\" of Muster");
  }

  @Test
  void addFrom_emptyFile_fails() throws IOException {
    Path file = Files.createFile(directory.resolve("growth.tsv"));
    Results results = results();

    assertThatThrownBy(() -> results.addFrom(file)).isInstanceOf(IOException.class);
  }
}
