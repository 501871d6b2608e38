package io.muster.store;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.fixtures.ChildProcess;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Where a store cannot be used it says why and what to do, at once. Fault C2. The other place that
 * needs JNA is a server that listens on a descriptor; what reads lengths besides {@code
 * RecordReader} is the codec of requests, which has limits of its own.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FileStoreRefusalIT {
  @TempDir Path directory;

  /** Uses a store in a JVM of its own, and says what came of it. */
  static final class Use {
    private Use() {}

    public static void main(String[] args) {
      for (int attempt = 0; attempt < 2; attempt++) {
        try (FileStore store = new FileStore(Path.of(args[0]))) {
          System.out.println("= " + store.numKeys() + " keys");
        } catch (MusterException | Error e) {
          System.out.println("= " + e);
        }
      }
    }
  }

  @Test
  void constructor_jnaCannotLoad_saysWhatToDo() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    List<String> options =
        List.of("-Djna.nosys=true", "-Djna.noclasspath=false", "-Djna.tmpdir=" + file);
    Path path = directory.resolve("store");
    try (ChildProcess child = use(path, options)) {
      for (int attempt = 0; attempt < 2; attempt++) {
        assertThat(child.answer())
            .startsWith(StoreException.class.getName())
            .contains("JNA cannot load its native library; set -Djna.tmpdir to a directory")
            .contains(path.toString());
      }
    }
    assertThat(path).doesNotExist();
  }

  @Test
  void constructor_recordLargerThanTheHeap_saysWhereItIs() throws IOException {
    Path path = directory.resolve("store");
    byte[] start = "\t\0\0\0refcount/\1\0\0\0001\2\0\0\0/k".getBytes(US_ASCII);
    long claimed = Integer.MAX_VALUE - 8;
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.write(start);
      file.write(new byte[] {(byte) 0xf7, (byte) 0xff, (byte) 0xff, 0x7f});
      file.setLength(file.getFilePointer() + claimed); // a hole, which takes no room
    }
    try (ChildProcess child = use(path, List.of("-Xmx32m"))) {
      for (int attempt = 0; attempt < 2; attempt++) {
        assertThat(child.answer())
            .startsWith(StoreException.class.getName())
            .contains("record at byte 18 has a value of " + claimed + " bytes")
            .contains(path.toString());
      }
    }
  }

  @Test
  void constructor_directory_isRefused() {
    assertRefused(directory, " is a directory; a regular file is needed");
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void constructor_fifo_isRefusedAtOnce() throws IOException, InterruptedException {
    Path fifo = directory.resolve("fifo");
    Process made = new ProcessBuilder("mkfifo", fifo.toString()).inheritIO().start();
    assertThat(made.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(made.exitValue()).isZero();

    assertRefused(fifo, " is a FIFO, a socket or a device; a regular file is needed");
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void constructor_deviceBehindALink_isRefused() throws IOException {
    Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("/dev/zero"));

    assertRefused(link, " is a FIFO, a socket or a device; a regular file is needed");
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void get_fileReplacedByADevice_isRefused() throws IOException {
    Path path = directory.resolve("store");
    FileStore store = new FileStore(path);
    Files.delete(path);
    Files.createSymbolicLink(path, Path.of("/dev/zero"));

    assertThatThrownBy(() -> store.get("k"))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("; a regular file is needed");
  }

  private static void assertRefused(Path path, String message) {
    assertThatThrownBy(() -> new FileStore(path))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(path + message);
  }

  private static ChildProcess use(Path path, List<String> options) {
    return ChildProcess.start(
        Map.of(), ChildProcess.javaCommand(options, Use.class, path.toString()));
  }
}
