package io.muster.store.internal.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The lock against other programs that take flock(2). */
class FlockIT {
  static List<Other> others() {
    return List.of(
        new Other(
            "flock(1)",
            List.of("flock", "--version"),
            List.of("flock", "-E", "0", "--nonblock", "FILE", "sh", "-c", "echo locked; read x")),
        new Other(
            "python3 with fcntl",
            List.of("python3", "-c", "import fcntl"),
            List.of("python3", "-c", PYTHON, "FILE")));
  }

  private static final String PYTHON =
      """
      import fcntl, sys
      file = open(sys.argv[1], "r+")
      try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        print("locked", flush=True)
        sys.stdin.readline()
      except BlockingIOError:
        pass
      """;

  /**
   * A program that locks {@code FILE}, says so, and holds the lock until there is input; or ends at
   * once if the lock is another's.
   */
  private record Other(String name, List<String> probe, List<String> command) {
    boolean isThere() throws InterruptedException {
      try {
        Process process = new ProcessBuilder(probe).redirectErrorStream(true).start();
        process.getInputStream().readAllBytes();
        return process.waitFor() == 0;
      } catch (IOException e) {
        return false;
      }
    }

    Process start(Path file) throws IOException {
      return new ProcessBuilder(
              command.stream().map(arg -> arg.equals("FILE") ? file.toString() : arg).toList())
          .redirectError(ProcessBuilder.Redirect.INHERIT)
          .start();
    }
  }

  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void make() throws IOException {
    file = Files.createFile(directory.resolve("file"));
  }

  @ParameterizedTest
  @MethodSource("others")
  void lockExclusive_heldHere_othersCannotLock(Other other)
      throws IOException, InterruptedException {
    if (isMissing(other)) {
      return;
    }
    try (Flock lock = new Flock(file)) {
      lock.lockExclusive();
      assertThat(canLock(other)).isFalse();
      lock.lockShared();
      assertThat(canLock(other)).isFalse();
      lock.unlock();
      assertThat(canLock(other)).isTrue();
      lock.lockExclusive();
    }
    assertThat(canLock(other)).as("after close").isTrue();
  }

  @ParameterizedTest
  @MethodSource("others")
  void lockExclusive_heldByAnother_waits(Other other) throws IOException, InterruptedException {
    if (isMissing(other)) {
      return;
    }
    Process process = other.start(file);
    BufferedReader output = process.inputReader();
    assertThat(output.readLine()).isEqualTo("locked");
    try (Flock lock = new Flock(file)) {
      CompletableFuture<Boolean> locked = new CompletableFuture<>();
      Thread thread = startLocking(lock, locked);
      awaitInFlock(thread);
      assertThat(locked).isNotDone();
      process.outputWriter().append('\n').close();
      assertThat(locked.join()).isTrue();
    }
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void lockExclusive_heldByAnotherOpeningHere_waits() throws IOException {
    try (Flock first = new Flock(file);
        Flock second = new Flock(file)) {
      first.lockExclusive();
      CompletableFuture<Boolean> locked = new CompletableFuture<>();
      Thread thread = startLocking(second, locked);
      awaitInFlock(thread);
      assertThat(locked).isNotDone();
      first.unlock();
      assertThat(locked.join()).isTrue();
    }
  }

  @Test
  void lockShared_twice_isHeldByBoth() throws IOException {
    try (Flock first = new Flock(file);
        Flock second = new Flock(file)) {
      first.lockShared();
      second.lockShared();
    }
  }

  @Test
  void constructor_noFile_throws() {
    assertThatThrownBy(() -> new Flock(directory.resolve("none")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void constructor_directory_saysWhy() {
    assertThatThrownBy(() -> new Flock(directory))
        .isInstanceOf(IOException.class)
        .hasMessage("open " + directory + ": Is a directory");
  }

  private static boolean isMissing(Other other) throws InterruptedException {
    boolean missing = !other.isThere();
    if (missing) {
      System.out.println("not tested, because it is missing here: " + other.name);
    }
    return missing;
  }

  private boolean canLock(Other other) throws IOException, InterruptedException {
    Process process = other.start(file);
    boolean locked = "locked".equals(process.inputReader().readLine());
    process.outputWriter().close();
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    return locked;
  }

  private static Thread startLocking(Flock lock, CompletableFuture<Boolean> locked) {
    Thread thread =
        new Thread(
            () -> {
              try {
                lock.lockExclusive();
                locked.complete(true);
              } catch (IOException e) {
                locked.completeExceptionally(e);
              }
            });
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /** Returns once the thread is in flock(2), where it must still be a little later. */
  private static void awaitInFlock(Thread thread) {
    for (int seen = 0; seen < 100; ) {
      StackTraceElement[] stack = thread.getStackTrace();
      seen = stack.length > 0 && stack[0].getMethodName().equals("flock") ? seen + 1 : 0;
      assertThat(thread.getState()).isNotEqualTo(Thread.State.TERMINATED);
    }
  }
}
