package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code muster demo} without Python; with it, see {@code RunWithPythonIT}. */
@EnabledOnOs(OS.LINUX)
class DemoIT {
  @TempDir private Path directory = Path.of("");

  @Test
  void demo_withoutPython_hasFourRanksOfJava() throws IOException, InterruptedException {
    ProcessBuilder builder = Child.muster("demo");
    builder.environment().put("PYTHON_EXEC", "/no/such/python");
    try (Child child = new Child(directory, builder)) {
      assertThat(child.exitCode()).as(child.err()).isZero();

      assertThat(child.out().lines())
          .contains("rank 3 reduced: 1 + ... + 4 = 10, a thousand times")
          .anyMatch(line -> line.startsWith("All results are right"))
          .hasSize(18);
    }
  }
}
