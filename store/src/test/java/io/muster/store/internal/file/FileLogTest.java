package io.muster.store.internal.file;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.StandardOpenOption.APPEND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.store.internal.keyspace.Key;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class FileLogTest {
  private static final Logger LOGGER = Logger.getLogger(FileLog.class.getName());

  @TempDir Path directory;
  private final List<String> seen = new ArrayList<>();
  private Path path;
  private FileLog log;

  @BeforeEach
  void open() throws IOException {
    LOGGER.setFilter(record -> false); // of each tail that is cut off
    path = directory.resolve("log");
    log = new FileLog(path, key -> seen.add(key.toString()));
  }

  @AfterEach
  void close() throws IOException {
    LOGGER.setFilter(null);
    log.close();
  }

  @Test
  void change_noFile_makesItReadableForAll() throws IOException {
    put("/a", "1");

    assertThat(Files.getPosixFilePermissions(path).toString()).contains("OWNER_WRITE");
    assertThat(content()).isEqualTo(Map.of("/a", "1"));
  }

  @Test
  void changeIfThere_noFile_doesNothing() throws IOException {
    assertThat(log.changeIfThere(records -> true)).isEmpty();
    assertThat(path).doesNotExist();
  }

  @Test
  void refresh_noFile_holdsNothing() throws IOException {
    log.refresh();

    assertThat(content()).isEmpty();
    assertThat(path).doesNotExist();
  }

  @Test
  void refresh_recordsAdded_readsOnlyThose() throws IOException {
    put("/a", "1");
    append(record("/b", "2"));
    log.refresh();
    append(record("-/a", ""));
    log.refresh();

    assertThat(content()).isEqualTo(Map.of("/b", "2"));
    assertThat(seen).containsExactly("/a", "/b");
  }

  @Test
  void refresh_tornTail_ignoresItUntilItIsWhole() throws IOException {
    put("/a", "1");
    for (byte b : record("/b", "2")) {
      log.refresh();
      assertThat(content()).isEqualTo(Map.of("/a", "1"));
      append(b);
    }
    log.refresh();

    assertThat(content()).isEqualTo(Map.of("/a", "1", "/b", "2"));
  }

  @Test
  void change_tornTailOfAnyLength_cutsItOff() throws IOException {
    byte[] torn = record("/torn", "lost");
    for (int length = 0; length < torn.length; length++) {
      startOver(record("refcount/", "1"));
      append(Arrays.copyOf(torn, length));
      put("/b", "2");

      assertThat(Files.readAllBytes(path))
          .as("torn after %d bytes", length)
          .isEqualTo(concat(record("refcount/", "1"), record("/b", "2")));
    }
  }

  @Test
  void change_firstRecordTorn_cutsItOff() throws IOException {
    byte[] torn = record("refcount/", "1");
    for (int length = 0; length < torn.length; length++) {
      startOver(Arrays.copyOf(torn, length));
      put("/a", "1");

      assertThat(Files.readAllBytes(path)).isEqualTo(record("/a", "1"));
    }
  }

  @Test
  void change_fileOfSomethingElse_throwsAndLeavesIt() throws IOException {
    Files.writeString(path, "127.0.0.1 localhost\n");

    assertThatThrownBy(() -> put("/a", "1")).isInstanceOf(MalformedFileException.class);
    assertThat(path).hasContent("127.0.0.1 localhost\n");
  }

  @Test
  void change_thatThrows_writesNothingAndUnlocks() throws IOException {
    put("/a", "1");

    assertThatThrownBy(
            () ->
                log.change(
                    records -> {
                      records.put(key("/b"), bytes("2"));
                      throw new NumberFormatException();
                    }))
        .isInstanceOf(NumberFormatException.class);
    try (FileLog other = new FileLog(path, key -> {})) {
      other.change(records -> true);
    }
    assertThat(Files.readAllBytes(path)).isEqualTo(record("/a", "1"));
  }

  @Test
  void refresh_fileReplaced_readsTheNewOneFromItsBeginning() throws IOException {
    put("/a", "1");
    Path other = directory.resolve("other");
    Files.write(other, concat(record("/b", "2"), record("/c", "3")));
    Files.move(other, path, StandardCopyOption.REPLACE_EXISTING);
    log.refresh();

    assertThat(content()).isEqualTo(Map.of("/b", "2", "/c", "3"));
  }

  @Test
  void refresh_fileRemovedAndMadeAnew_readsTheNewOne() throws IOException {
    put("/a", "1");
    Files.delete(path);
    Files.write(path, record("/b", "2"));
    log.refresh();

    assertThat(content()).isEqualTo(Map.of("/b", "2"));
  }

  @Test
  void refresh_fileReplacedByOneAsLong_readsTheNewOne() throws IOException {
    put("/a", "1");
    Path other = Files.write(directory.resolve("other"), record("/b", "2"));
    Files.move(other, path, StandardCopyOption.REPLACE_EXISTING);
    log.refresh();

    assertThat(content()).isEqualTo(Map.of("/b", "2"));
  }

  @Test
  void refresh_fileMovedAway_holdsNothing() throws IOException {
    put("/a", "1");
    Files.move(path, directory.resolve("other"));
    log.refresh();

    assertThat(content()).isEmpty();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void refresh_nothingNew_doesNotWaitForTheLock() throws IOException {
    put("/a", "1");
    try (Flock writer = new Flock(path)) {
      writer.lockExclusive();
      log.refresh();
    }

    assertThat(content()).isEqualTo(Map.of("/a", "1"));
  }

  @Test
  void refresh_writerHalfway_waitsForIt() throws IOException {
    put("/a", "1");
    byte[] record = record("/b", "2");
    try (Flock writer = new Flock(path)) {
      writer.lockExclusive();
      append(Arrays.copyOf(record, 5));
      CompletableFuture<Void> refreshed = CompletableFuture.runAsync(this::refresh);
      assertThatThrownBy(() -> refreshed.get(50, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);
      append(Arrays.copyOfRange(record, 5, record.length));
      writer.unlock();
      refreshed.join();
    }

    assertThat(content()).isEqualTo(Map.of("/a", "1", "/b", "2"));
  }

  @Test
  void refresh_tornTailReplacedByARecordAsLong_readsIt() throws IOException {
    put("/a", "1");
    long end = Files.size(path);
    byte[] record = record("/b", "2");
    append(Arrays.copyOf(record("/torn", "lost"), record.length));
    log.refresh();
    try (FileLog other = new FileLog(path, key -> {})) {
      other.change(
          records -> {
            records.put(key("/b"), bytes("2"));
            return true;
          });
    }
    assertThat(Files.size(path)).isEqualTo(end + record.length);
    log.refresh();

    assertThat(content()).isEqualTo(Map.of("/a", "1", "/b", "2"));
  }

  @Test
  void change_valueChangedAfterwards_keepsWhatWasWritten() throws IOException {
    byte[] value = bytes("1");
    log.change(
        records -> {
          records.put(key("/a"), value);
          return true;
        });
    value[0] = '2';

    assertThat(content()).isEqualTo(Map.of("/a", "1"));
  }

  @Test
  void change_afterAnotherAdded_continuesBehindIt() throws IOException {
    put("/a", "1");
    append(record("/b", "2"));
    put("/c", "3");
    put("/d", "4");

    assertThat(Files.readAllBytes(path))
        .isEqualTo(
            concat(
                concat(record("/a", "1"), record("/b", "2")),
                concat(record("/c", "3"), record("/d", "4"))));
  }

  @Test
  void refresh_fileShrunk_readsItFromItsBeginning() throws IOException {
    put("/a", "1");
    put("/b", "2");
    Files.write(path, record("/c", "3"));
    log.refresh();

    assertThat(content()).isEqualTo(Map.of("/c", "3"));
  }

  /** Fault C3; the only other thing that is kept from a file is its length. */
  @Test
  void refresh_rewrittenInPlaceToTheSameLength_readsItAnew() throws IOException {
    put("/a", "1");
    log.refresh();
    Files.write(path, record("/b", "2"));
    Files.setLastModifiedTime(path, FileTime.from(Instant.now().plusSeconds(1)));
    log.refresh();

    assertThat(content()).isEqualTo(Map.of("/b", "2"));
  }

  /** Fault C3. */
  @Test
  void change_rewrittenInPlaceToTheSameLength_readsItAnew() throws IOException {
    put("/a", "1");
    log.refresh();
    Files.write(path, record("/b", "2"));
    Files.setLastModifiedTime(path, FileTime.from(Instant.now().plusSeconds(1)));
    put("/c", "3");

    assertThat(content()).isEqualTo(Map.of("/b", "2", "/c", "3"));
  }

  /** Fault C3. */
  @Test
  void refresh_emptiedAndRegrownToOtherRecords_readsItAnew() throws IOException {
    put("/a", "1");
    Files.write(path, concat(record("refcount/", "1"), record("/b", "2")));
    log.refresh();

    assertThat(content()).isEqualTo(Map.of("refcount/", "1", "/b", "2"));
  }

  @Test
  void refresh_touched_keepsTheValues() throws IOException {
    put("/a", "1");
    log.refresh();
    Files.setLastModifiedTime(path, FileTime.from(Instant.now().plusSeconds(1)));
    log.refresh();
    log.refresh();

    assertThat(content()).isEqualTo(Map.of("/a", "1"));
    assertThat(seen).containsExactly("/a", "/a");
  }

  @Test
  void refresh_ownWrites_areNotReadAgain() throws IOException {
    for (int i = 0; i < 100; i++) {
      put("/a", "1");
      log.refresh();
      log.refresh();
    }

    assertThat(seen).hasSize(100);
  }

  @Test
  void change_interruptedThread_worksAndKeepsTheFlag() throws IOException {
    Thread.currentThread().interrupt();
    put("/a", "1");
    put("/b", "2");

    assertThat(Thread.interrupted()).isTrue();
    assertThat(content()).isEqualTo(Map.of("/a", "1", "/b", "2"));
  }

  @Test
  void change_symbolicLinkToNowhere_makesItsTarget() throws IOException {
    Path target = directory.resolve("target");
    Files.createSymbolicLink(path, target);
    put("/a", "1");

    assertThat(Files.readAllBytes(target)).isEqualTo(record("/a", "1"));
  }

  private void refresh() {
    try {
      log.refresh();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void startOver(byte[] content) throws IOException {
    log.close();
    Files.write(path, content);
  }

  private void put(String key, String value) throws IOException {
    log.change(
        records -> {
          records.put(key(key), bytes(value));
          return true;
        });
  }

  private Map<String, String> content() {
    Map<String, String> content = new TreeMap<>();
    log.values().forEach((key, value) -> content.put(key.toString(), new String(value, US_ASCII)));
    return content;
  }

  private void append(byte... bytes) throws IOException {
    Files.write(path, bytes, APPEND);
  }

  private static byte[] record(String key, String value) {
    Records records = new Records();
    records.put(key(key), bytes(value));
    return records.toByteArray();
  }

  private static byte[] concat(byte[] a, byte[] b) {
    byte[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  private static Key key(String text) {
    return new Key(bytes(text));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(US_ASCII);
  }
}
