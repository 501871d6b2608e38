package io.muster.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store between processes. */
class FileStoreIT {
  private static final int TIMES = 5000;

  @TempDir Path directory;

  @Test
  void add_threeProcessesAtOnce_losesNothingAndTheLastRemovesTheFile()
      throws IOException, InterruptedException {
    Path path = directory.resolve("store");
    Process first = start(path);
    Process second = start(path);
    try (FileStore store = new FileStore(path, 3)) {
      store.barrier("start", 3);
      for (int i = 0; i < TIMES; i++) {
        store.add("n", 1);
      }
      store.barrier("end", 3);
      assertThat(store.getString("n")).isEqualTo(Integer.toString(3 * TIMES));
    }

    assertThat(first.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(second.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(first.exitValue()).isZero();
    assertThat(second.exitValue()).isZero();
    assertThat(path).doesNotExist();
  }

  @Test
  void crash_ofAProcess_leavesTheFileUsable() throws IOException, InterruptedException {
    Path path = directory.resolve("store");
    try (FileStore store = new FileStore(path, 2)) {
      Process process = start(path);
      store.await("start/num_members");
      process.destroyForcibly();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(store.add("n", 1)).isEqualTo(1);
    }

    assertThat(path).exists();
  }

  private static Process start(Path path) throws IOException {
    return new ProcessBuilder(
            ProcessHandle.current().info().command().orElseThrow(),
            "-cp",
            System.getProperty("java.class.path"),
            FileStoreProcess.class.getName(),
            path.toString(),
            "3",
            Integer.toString(TIMES))
        .inheritIO()
        .start();
  }
}
