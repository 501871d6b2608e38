package io.muster.store.internal.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileWatchTest {
  @TempDir Path directory;

  @Test
  void open_fileChanged_tellsEveryWatchOfIt() throws IOException, InterruptedException {
    Path file = Files.createFile(directory.resolve("file"));
    CountDownLatch told = new CountDownLatch(2);
    CountDownLatch toldOnce = new CountDownLatch(1);
    try (FileWatch first = FileWatch.open(file, told::countDown);
        FileWatch second = FileWatch.open(file, toldOnce::countDown)) {
      Files.writeString(first.file(), "a");
      assertThat(toldOnce.await(20, TimeUnit.SECONDS)).isTrue();
      Files.writeString(second.file(), "b");
      assertThat(told.await(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void open_fileMadeLater_tells() throws IOException, InterruptedException {
    Path file = directory.resolve("file");
    CountDownLatch told = new CountDownLatch(1);
    try (FileWatch watch = FileWatch.open(file, told::countDown)) {
      Files.createFile(watch.file());
      assertThat(told.await(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void open_throughALink_watchesTheFileItself() throws IOException, InterruptedException {
    Path real = Files.createFile(Files.createDirectory(directory.resolve("d")).resolve("file"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), real);
    CountDownLatch told = new CountDownLatch(1);
    try (FileWatch watch = FileWatch.open(link, told::countDown)) {
      assertThat(watch.file()).isEqualTo(real.toRealPath());
      Files.writeString(real, "a");
      assertThat(told.await(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void open_otherFileChanged_doesNotTell() throws IOException, InterruptedException {
    Path file = directory.resolve("file");
    Semaphore told = new Semaphore(0);
    CountDownLatch otherTold = new CountDownLatch(1);
    try (FileWatch watch = FileWatch.open(file, told::release);
        FileWatch other = FileWatch.open(directory.resolve("other"), otherTold::countDown)) {
      Files.createFile(other.file());
      assertThat(otherTold.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(watch.file()).doesNotExist();
      assertThat(told.availablePermits()).isZero();
    }
  }

  @Test
  void open_noDirectory_throws() {
    Path file = directory.resolve("none").resolve("file");

    assertThatThrownBy(() -> FileWatch.open(file, () -> {}))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void open_directoryMadeAnew_watchesTheNewOne() throws IOException, InterruptedException {
    Path inner = Files.createDirectory(directory.resolve("d"));
    Path file = inner.resolve("file");
    try (FileWatch stale = FileWatch.open(file, () -> {})) {
      Files.delete(inner);
      Files.createDirectory(inner);
      boolean told = false;
      // Until the removal has been noticed, a new watch may still be one of the old directory.
      for (int attempt = 0; attempt < 1000 && !told; attempt++) {
        CountDownLatch changed = new CountDownLatch(1);
        try (FileWatch watch = FileWatch.open(stale.file(), changed::countDown)) {
          Files.writeString(watch.file(), "a");
          told = changed.await(20, TimeUnit.MILLISECONDS);
        }
      }
      assertThat(told).isTrue();
    }
  }

  @Test
  void close_lastWatch_endsTheThread() throws IOException {
    FileWatch watch = FileWatch.open(directory.resolve("file"), () -> {});
    watch.close();
    watch.close();

    long start = System.nanoTime();
    while (watchThreads() > 0 && System.nanoTime() - start < TimeUnit.SECONDS.toNanos(20)) {
      Thread.onSpinWait();
    }
    assertThat(watchThreads()).isZero();
  }

  @Test
  void open_manyWatches_haveOneThread() throws IOException {
    try (FileWatch first = FileWatch.open(directory.resolve("file"), () -> {});
        FileWatch second = FileWatch.open(directory.resolve("other"), () -> {})) {
      assertThat(first.directory()).isEqualTo(second.directory());
      assertThat(watchThreads()).isEqualTo(1);
    }
  }

  private static long watchThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("muster-file-watch"))
        .count();
  }
}
