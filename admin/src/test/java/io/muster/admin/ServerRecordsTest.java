package io.muster.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerRecordsTest {
  @TempDir Path home;

  private final ServerRecord record =
      ServerRecord.ofThisProcess(
          Map.of("default", List.of("127.0.0.1:29500", "[::1]:29500")),
          "http://127.0.0.1:8080",
          "a-token");

  @Test
  void written_isFoundByOthers() throws IOException {
    ServerRecords records = new ServerRecords(home.resolve("muster"));

    records.write(record);

    assertThat(new ServerRecords(home.resolve("muster")).running()).containsExactly(record);
    assertThat(record.listensOn("[::1]:29500")).isTrue();
    assertThat(record.listensOn("127.0.0.1:2950")).isFalse();
  }

  @Test
  void file_canBeReadByItsUserOnly() throws IOException {
    ServerRecords records = new ServerRecords(home.resolve("muster"));

    records.write(record);

    Path file = records.directory().resolve(record.pid() + ".json");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(records.directory())))
        .isEqualTo("rwx------");
  }

  @Test
  void writtenAgain_replacesTheFirst_andLeavesNoOtherFile() throws IOException {
    ServerRecords records = new ServerRecords(home);
    records.write(record);
    ServerRecord later = ServerRecord.ofThisProcess(Map.of(), "http://127.0.0.1:1", "another");

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
    Path left = home.resolve(process.pid() + ".json");
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
        new ServerRecord(record.pid(), record.startMillis() - 1, Map.of(), "a", "t");

    assertThat(record.isAlive()).isTrue();
    assertThat(earlier.isAlive()).isFalse();
  }

  @Test
  void otherFiles_areIgnored() throws IOException {
    ServerRecords records = new ServerRecords(home);
    Files.writeString(home.resolve("1.json"), "{\"pid\": 1}");
    Files.writeString(home.resolve("2.json"), "{\"pid\": \"x\", \"listeners\": []}");
    Files.writeString(home.resolve("3.json"), "[");
    Files.writeString(home.resolve("notes"), "");

    assertThat(records.running()).isEmpty();
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
