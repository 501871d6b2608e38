package io.muster.replicated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class DataDirectoryTest {
  @TempDir private Path parent = Path.of("");
  private Path path = parent;

  @BeforeEach
  void name() throws IOException {
    path = parent.toRealPath().resolve("data");
  }

  private void assertRefused(String... parts) {
    assertThatThrownBy(() -> DataDirectory.open(path))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll(parts);
  }

  private String permissions() throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  /** A directory that a server has used. */
  private void use() throws IOException {
    try (RatisJournal journal =
        new RatisJournal(DataDirectory.open(path), new JournalSizes(4_096, 1 << 20, 1 << 30))) {
      journal.open(new RecordedState());
    }
  }

  @Test
  void newDirectory_isForItsOwnerOnly() throws IOException {
    DataDirectory.open(path).close();

    assertThat(permissions()).isEqualTo("rwx------");
  }

  @Test
  void emptyDirectory_becomesForItsOwnerOnly() throws IOException {
    Files.createDirectory(path);
    Files.createDirectory(path.resolve("lost+found"));
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));

    DataDirectory.open(path).close();

    assertThat(permissions()).isEqualTo("rwx------");
  }

  @Test
  void directoryInUse_isRefused_withTheProcess() throws IOException {
    try (DataDirectory used = DataDirectory.open(path)) {
      assertThat(used.raft()).isEqualTo(path.resolve("raft"));
      assertRefused("in use by process " + ProcessHandle.current().pid(), "stop");
    }
    DataDirectory.open(path).close();
  }

  @Test
  void directoryOfAnotherProgram_isRefused_andLeftAlone() throws IOException {
    Files.createDirectory(path);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.writeString(path.resolve("PG_VERSION"), "17");

    assertRefused("no data directory of muster", "PG_VERSION", "give an empty directory");

    assertThat(permissions()).isEqualTo("rwxr-xr-x");
    try (Stream<Path> files = Files.list(path)) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void fileInsteadOfADirectory_isRefused() throws IOException {
    Files.writeString(path, "text");
    assertRefused("no directory", "give another name");
  }

  @Test
  void missingParent_isNamed() {
    path = parent.resolve("none").resolve("data");
    assertRefused("parent " + parent.resolve("none"), "create it");
  }

  @Test
  void laterVersion_isRefused() throws IOException {
    use();
    Path marker = path.resolve("muster-data");
    Files.writeString(marker, Files.readString(marker).replace("format=1", "format=2"));
    assertRefused("format 2", "later version");
  }

  @Test
  void damagedMarker_isRefused() throws IOException {
    use();
    Files.writeString(path.resolve("muster-data"), "nothing");
    assertRefused("muster-data is damaged", "backup");
  }

  @Test
  void usedDirectoryWithoutItsLog_isNotFormatted() throws IOException {
    use();
    try (DataDirectory used = DataDirectory.open(path)) {
      Path log = used.raft().resolve(used.group().toString()).resolve("current");
      Files.move(log, path.resolve("raft").resolve("elsewhere"));
    }
    assertRefused("missing or incomplete", "backup");
  }

  @Test
  void interruptedCreation_isContinued() throws IOException {
    use();
    String group;
    try (DataDirectory used = DataDirectory.open(path)) {
      group = used.group().toString();
    }
    Files.delete(path.resolve("muster-data"));

    use();

    try (DataDirectory again = DataDirectory.open(path)) {
      assertThat(again.group()).hasToString(group);
    }
  }
}
