package io.muster.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class ServerRecordsTest {
  @TempDir Path home;

  private final ServerRecord record =
      ServerRecord.ofThisProcess(
          Map.of("default", List.of("127.0.0.1:29500", "[::1]:29500")),
          "http://127.0.0.1:8080",
          "a-token",
          Optional.empty());

  @Test
  void written_isFoundByOthers() throws IOException {
    ServerRecords records = new ServerRecords(home.resolve("muster"));

    records.write(record);

    assertThat(new ServerRecords(home.resolve("muster")).running()).containsExactly(record);
  }

  @Test
  void file_canBeReadByItsUserOnly() throws IOException {
    ServerRecords records = new ServerRecords(home.resolve("muster"));

    records.write(record);

    Path file = records.file(record.pid());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(records.directory())))
        .isEqualTo("rwx------");
  }

  @Test
  void writtenAgain_replacesTheFirst_andLeavesNoOtherFile() throws IOException {
    ServerRecords records = new ServerRecords(home);
    records.write(record);
    ServerRecord later =
        ServerRecord.ofThisProcess(Map.of(), "http://127.0.0.1:1", "another", Optional.of("0a1b"));

    records.write(later);

    assertThat(records.running()).containsExactly(later);
    assertThat(home.toFile().list()).hasSize(1);
  }

  @Test
  void processThatHasEnded_isIgnored_andItsFileRemovedByTheNext()
      throws IOException, InterruptedException {
    Process process = new ProcessBuilder("true").start();
    process.waitFor();
    ServerRecords records = new ServerRecords(home);
    Path left = records.file(process.pid());
    Files.writeString(
        left,
        "{\"pid\":"
            + process.pid()
            + ",\"start_millis\":1,\"listeners\":{},\"admin\":\"a\",\"token\":\"t\"}");

    assertThat(records.running()).isEmpty();
    records.write(record);

    assertThat(left).doesNotExist();
  }

  @Test
  void laterProcessWithTheSameIdentifier_isAnother() {
    ServerRecord earlier =
        new ServerRecord(
            record.pid(), record.startMillis() - 1, Map.of(), "a", "t", Optional.empty());

    assertThat(record.isAlive()).isTrue();
    assertThat(earlier.isAlive()).isFalse();
  }

  @Test
  void otherFiles_areIgnored() throws IOException {
    ServerRecords records = new ServerRecords(home);
    Files.writeString(records.file(1), "{\"pid\": 1}");
    Files.writeString(records.file(2), "{\"pid\": \"x\", \"listeners\": []}");
    Files.writeString(records.file(3), "[");
    Files.writeString(home.resolve("notes"), "");
    assertThat(records.running()).isEmpty();

    records.write(record);

    assertThat(records.running()).containsExactly(record);
  }

  @Test
  void fileThatCannotBeRead_isIgnored() throws IOException {
    ServerRecords records = new ServerRecords(home);
    Files.createDirectory(records.file(1));

    records.write(record);

    assertThat(records.running()).containsExactly(record);
  }

  @Test
  void recordsOfAnotherHost_areIgnored_andKept() throws IOException, InterruptedException {
    Process ended = new ProcessBuilder("true").start();
    ended.waitFor();
    ServerRecords here = new ServerRecords(home);
    ServerRecords there = new ServerRecords(home, "another-boot-1");
    ServerRecord samePid =
        ServerRecord.ofThisProcess(Map.of(), "http://127.0.0.1:1", "theirs", Optional.empty());
    Files.writeString(there.file(ended.pid()), "{}");
    there.write(samePid);

    assertThat(here.running()).isEmpty();
    here.write(record);

    assertThat(there.file(ended.pid())).exists();
    assertThat(there.running()).containsExactly(samePid);
    assertThat(here.running()).containsExactly(record);
    here.remove(record.pid());
    assertThat(there.running()).containsExactly(samePid);
  }

  @Test
  void directoryOfAnotherUser_isNeitherReadNorWritten() throws IOException {
    Path directory = directoryOfAnotherUser();
    ServerRecords records = new ServerRecords(directory);

    for (ThrowingCallable use :
        List.<ThrowingCallable>of(records::running, () -> records.write(record))) {
      assertThatThrownBy(use)
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("the directory " + directory + " belongs to ");
    }
  }

  /** Root owns the root directory, and can give others away. */
  private Path directoryOfAnotherUser() throws IOException {
    Path root = Path.of("/");
    if (!Files.getOwner(root).equals(ThisProcess.user())) {
      return root;
    }
    Files.setAttribute(home, "unix:uid", 54_321);
    return home;
  }

  @Test
  void removed_isGone() throws IOException {
    ServerRecords records = new ServerRecords(home);
    records.write(record);

    records.remove(record.pid());
    records.remove(record.pid());

    assertThat(records.running()).isEmpty();
  }

  @Test
  void directory_isThatOfTheXdgSpecification() {
    assertThat(ServerRecords.ofUser(Map.of("XDG_RUNTIME_DIR", "/run/user/1")).directory())
        .isEqualTo(Path.of("/run/user/1/muster"));
    assertThat(
            ServerRecords.ofUser(Map.of("XDG_RUNTIME_DIR", "relative", "XDG_STATE_HOME", "/s"))
                .directory())
        .isEqualTo(Path.of("/s/muster"));
    assertThat(ServerRecords.ofUser(Map.of("XDG_RUNTIME_DIR", "")).directory())
        .isEqualTo(Path.of(System.getProperty("user.home"), ".local/state/muster"));
  }

  @Test
  void directoryThatDoesNotExist_hasNoRecords() throws IOException {
    assertThat(new ServerRecords(home.resolve("none")).running()).isEmpty();
  }

  @Test
  void text_doesNotShowTheToken() {
    assertThat(record).asString().doesNotContain("a-token");
  }
}
