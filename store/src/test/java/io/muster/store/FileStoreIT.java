package io.muster.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.ChildProcess;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store between processes. */
class FileStoreIT {
  private static final int TIMES = 5000;

  @TempDir Path directory;

  @Test
  void add_threeProcessesAtOnce_losesNothingAndTheLastRemovesTheFile() {
    Path path = directory.resolve("store");
    try (ChildProcess first = start(path);
        ChildProcess second = start(path)) {
      try (FileStore store = new FileStore(path, 3)) {
        store.barrier("start", 3);
        for (int i = 0; i < TIMES; i++) {
          store.add("n", 1);
        }
        store.barrier("end", 3);
        assertThat(store.getString("n")).isEqualTo(Integer.toString(3 * TIMES));
      }

      assertThat(first.exitCode()).as(first.output()).isZero();
      assertThat(second.exitCode()).as(second.output()).isZero();
      assertThat(path).doesNotExist();
    }
  }

  @Test
  void crash_ofAProcess_leavesTheFileUsable() {
    Path path = directory.resolve("store");
    try (FileStore store = new FileStore(path, 2)) {
      ChildProcess process = start(path);
      store.await("start/num_members");
      process.close();
      assertThat(store.add("n", 1)).isEqualTo(1);
    }

    assertThat(path).exists();
  }

  private static ChildProcess start(Path path) {
    return ChildProcess.java(FileStoreProcess.class, path.toString(), "3", Integer.toString(TIMES));
  }
}
