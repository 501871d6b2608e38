package io.muster.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.ChildProcess;
import io.muster.fixtures.Eventually;
import io.muster.fixtures.ProcessMark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * A launcher that SIGKILL ends at any moment leaves no process behind. The system property {@code
 * muster.kills} is the number of launchers.
 */
@EnabledOnOs(OS.LINUX)
class KilledLauncherIT {
  private static final int TIMES = Integer.getInteger("muster.kills", 20);

  @TempDir private Path directory = Path.of("");

  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void launcher_killedAtAnyMoment_leavesNothing() throws IOException, InterruptedException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    int sawWorkers = 0;
    for (int i = 0; i < TIMES; i++) {
      ProcessMark mark = new ProcessMark();
      ProcessBuilder builder =
          new ProcessBuilder(
                  ChildProcess.javaCommand(
                      List.of("-Djava.io.tmpdir=" + directory), LaunchingProgram.class))
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD);
      mark.put(builder);
      Process launcher = builder.start();
      // Every second one is killed while it starts its workers, the others at any moment.
      if (i % 2 == 0) {
        Eventually.assertThat(() -> mark.count() > 1 || !launcher.isAlive()).isEqualTo(true);
      }
      boolean ended =
          launcher.waitFor(random.nextInt(i % 2 == 0 ? 60 : 900), TimeUnit.MILLISECONDS);
      assertThat(ended).as("seed %d", seed).isFalse();
      sawWorkers += mark.count() > 1 ? 1 : 0;

      launcher.destroyForcibly().waitFor();

      Eventually.assertThat(mark::count).isEqualTo(0L);
    }
    assertThat(sawWorkers).as("seed %d", seed).isGreaterThanOrEqualTo(TIMES / 2);
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left.filter(file -> file.getFileName().toString().startsWith("muster-run-")))
          .hasSizeLessThanOrEqualTo(TIMES / 4);
    }
  }

  /** Starts workers that have children, one of which ignores SIGTERM. */
  static final class LaunchingProgram {
    private LaunchingProgram() {}

    public static void main(String[] args) throws InterruptedException {
      WorldSpec spec =
          WorldSpec.builder()
              .workers(3, List.of("sh", "-c", "sleep 600 & trap '' TERM; sleep 600"))
              .build();
      try (Launcher launcher = Launcher.start(spec)) {
        launcher.awaitResult();
      }
    }
  }
}
