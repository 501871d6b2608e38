package io.muster.store;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.StandardOpenOption.APPEND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileStoreTest {
  private static final String COUNTED_ONCE = "09000000" + hex("refcount/") + "01000000" + hex("1");

  @TempDir Path directory;
  private Path path;
  private FileStore store;

  @BeforeEach
  void open() {
    path = directory.resolve("store");
    store = new FileStore(path);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void file_setAddAndDelete_holdsTheBytesOfPyTorch() throws IOException {
    store.set("k", "v");
    store.add("c", 5);
    store.deleteKey("k");

    assertThat(HexFormat.of().formatHex(Files.readAllBytes(path)))
        .isEqualTo(
            COUNTED_ONCE
                + ("02000000" + hex("/k") + "01000000" + hex("v"))
                + ("02000000" + hex("/c") + "01000000" + hex("5"))
                + ("03000000" + hex("-/k") + "00000000"));
  }

  @Test
  void file_multiSetAppendAndCompareSet_holdsOneRecordForEachKey() throws IOException {
    store.multiSet(List.of("a", "b"), List.of(bytes("1"), bytes("2")));
    store.append("a", "0");
    store.compareSet("b", "2", "3");
    store.compareSet("b", "2", "4");

    assertThat(HexFormat.of().formatHex(Files.readAllBytes(path)))
        .isEqualTo(
            COUNTED_ONCE
                + ("02000000" + hex("/a") + "01000000" + hex("1"))
                + ("02000000" + hex("/b") + "01000000" + hex("2"))
                + ("02000000" + hex("/a") + "02000000" + hex("10"))
                + ("02000000" + hex("/b") + "01000000" + hex("3")));
  }

  @Test
  void get_recordsWrittenByAnother_areSeen() throws IOException {
    store.set("mine", "1");
    append(record("/theirs", "2"), record("-/mine", ""), record("/n", "41"));

    assertThat(store.getString("theirs")).isEqualTo("2");
    assertThat(store.check("mine")).isFalse();
    assertThat(store.add("n", 1)).isEqualTo(42);
    assertThat(store.listKeys()).containsExactlyInAnyOrder("theirs", "n");
  }

  @Test
  void get_keyThatBeginsLikeARemoval_isAKey() {
    store.set("-key3", "7");

    assertThat(store.getString("-key3")).isEqualTo("7");
    assertThat(store.deleteKey("-key3")).isTrue();
    assertThat(store.check("-key3")).isFalse();
  }

  @Test
  void numKeys_countsBookkeepingKeys_andListKeysDoesNot() {
    for (int i = 0; i < 5; i++) {
      store.set("key" + i, "value");
    }
    assertThat(store.numKeys()).isEqualTo(6);

    store.duplicate().close();
    assertThat(store.numKeys()).isEqualTo(7);
    assertThat(store.listKeys()).hasSize(5).allMatch(key -> key.startsWith("key"));
  }

  @Test
  void deleteKey_missingKey_isFalseAndWritesNothing() throws IOException {
    long size = Files.size(path);

    assertThat(store.deleteKey("none")).isFalse();
    assertThat(Files.size(path)).isEqualTo(size);
  }

  @Test
  void add_valueThatIsNoNumber_throwsAndStaysUsable() {
    store.set("k", "abc");
    store.set("empty", "");

    assertThatThrownBy(() -> store.add("k", 1))
        .isInstanceOf(StoreException.class)
        .hasMessage("add on FileStore(" + path + ") failed: the value at k is not a number");
    assertThat(store.getString("k")).isEqualTo("abc");
    assertThat(store.add("empty", 3)).isEqualTo(3);
  }

  /** Fault G5: PyTorch's store does nothing here, and so loses what was to be appended. */
  @Test
  void append_valueEqualToWhatIsStored_isAppendedUnlikePyTorchs() {
    store.append("k", "ab");
    store.append("k", "ab");

    assertThat(store.getString("k")).isEqualTo("abab");
  }

  @Test
  void hasExtendedApi_isFalseAsInPyTorch() {
    assertThat(store.hasExtendedApi()).isFalse();
  }

  @Test
  void set_tornRecordOfADeadProcess_isCutOff() throws IOException {
    store.set("a", "1");
    byte[] whole = Files.readAllBytes(path);
    byte[] torn = record("/torn", "lost");
    append(Arrays.copyOf(torn, torn.length - 1));

    assertThat(store.getString("a")).isEqualTo("1");
    assertThat(store.check("torn")).isFalse();
    store.set("b", "2");

    byte[] after = Files.readAllBytes(path);
    assertThat(Arrays.copyOf(after, whole.length)).isEqualTo(whole);
    assertThat(Arrays.copyOfRange(after, whole.length, after.length)).isEqualTo(record("/b", "2"));
  }

  @Test
  void constructor_fileOfSomethingElse_throwsAndLeavesIt() throws IOException {
    Path hosts = Files.writeString(directory.resolve("hosts"), "127.0.0.1 localhost\n");

    assertThatThrownBy(() -> new FileStore(hosts))
        .isInstanceOf(ProtocolException.class)
        .hasMessage("the file is not a store's; it is left unchanged (FileStore(" + hosts + "))");
    assertThat(hosts).hasContent("127.0.0.1 localhost\n");
  }

  @Test
  void constructor_noDirectory_throws() {
    Path nowhere = directory.resolve("none").resolve("store");

    assertThatThrownBy(() -> new FileStore(nowhere))
        .isInstanceOf(StoreException.class)
        .hasMessage(
            "the file cannot be used: java.nio.file.NoSuchFileException: %s (FileStore(%s))",
            nowhere, nowhere)
        .hasCauseInstanceOf(NoSuchFileException.class);
  }

  @ParameterizedTest
  @CsvSource({
    // world size, opened, closed, whether the file stays
    "-1, 1, 1, true",
    "-1, 2, 2, true",
    "0, 1, 1, false",
    "0, 2, 1, true",
    "1, 1, 1, false",
    "1, 2, 1, true",
    "1, 2, 2, false",
    "2, 1, 1, true",
    "2, 2, 1, true",
    "2, 2, 2, false",
    "3, 2, 2, true",
    "3, 3, 3, false",
  })
  void close_removesTheFile_onceTheWorldIsGone(
      int worldSize, int opened, int closed, boolean stays) {
    Path shared = directory.resolve("shared");
    List<FileStore> stores = new ArrayList<>();
    for (int i = 0; i < opened; i++) {
      stores.add(new FileStore(shared, worldSize));
    }
    stores.subList(0, closed).forEach(FileStore::close);

    assertThat(Files.exists(shared)).isEqualTo(stays);
    stores.forEach(FileStore::close);
  }

  @Test
  void close_twoStoresOneAfterTheOther_removesTheFileWithTheSecond() {
    Path shared = directory.resolve("shared");
    FileStore first = new FileStore(shared, 2);
    first.close();
    first.close();
    assertThat(shared).exists();

    new FileStore(shared, 2).close();
    assertThat(shared).doesNotExist();
  }

  @Test
  void close_fileIsGone_doesNotMakeItAnew() throws IOException {
    Files.delete(path);
    store.close();

    assertThat(path).doesNotExist();
  }

  @Test
  void close_countsItself() throws IOException {
    store.close();

    assertThat(HexFormat.of().formatHex(Files.readAllBytes(path)))
        .isEqualTo(
            COUNTED_ONCE
                + ("08000000" + hex("cleanup/") + "01000000" + hex("1"))
                + ("09000000" + hex("refcount/") + "01000000" + hex("0")));
  }

  @Test
  void anyMethod_afterClose_throwsNamingTheStore() {
    store.close();

    List<Runnable> calls =
        List.of(
            () -> store.set("k", "v"),
            () -> store.get("k"),
            () -> store.add("k", 1),
            () -> store.compareSet("k", "", "v"),
            () -> store.check("k"),
            () -> store.await("k"),
            () -> store.deleteKey("k"),
            store::numKeys,
            store::listKeys,
            () -> store.append("k", "v"),
            () -> store.multiGet("k"),
            () -> store.multiSet(List.of(), List.of()),
            store::duplicate);
    assertThat(calls)
        .allSatisfy(
            call ->
                assertThatIllegalStateException()
                    .isThrownBy(call::run)
                    .withMessage("FileStore(" + path + ") is closed"));
  }

  @Test
  void duplicate_sharesFileAndWorldAndTimeout_andCountsItself() {
    Path shared = directory.resolve("shared");
    FileStore original = new FileStore(shared, 2);
    original.setTimeout(Duration.ofMillis(7));
    original.set("k", "v");
    Store duplicate = original.duplicate();
    original.close();

    assertThat(duplicate.getString("k")).isEqualTo("v");
    assertThat(duplicate.timeout()).isEqualTo(Duration.ofMillis(7));
    duplicate.close();
    assertThat(shared).doesNotExist();
  }

  @Test
  void path_isAbsolute() {
    assertThat(store.path()).isEqualTo(path.toAbsolutePath());
  }

  @Test
  void add_manyThreadsOnTwoStores_losesNothing() {
    FileStore other = new FileStore(path);
    List<Task<Boolean>> tasks = new ArrayList<>();
    for (int thread = 0; thread < 16; thread++) {
      FileStore mine = thread % 2 == 0 ? store : other;
      tasks.add(
          Task.start(
              () -> {
                for (int i = 0; i < 1000; i++) {
                  mine.add("n", 1);
                }
                return true;
              }));
    }
    tasks.forEach(Task::result);

    assertThat(store.getString("n")).isEqualTo("16000");
    other.close();
  }

  @Test
  void append_manyThreadsOfEqualBytes_losesNothing() {
    List<Task<Boolean>> tasks = new ArrayList<>();
    for (int thread = 0; thread < 4; thread++) {
      tasks.add(
          Task.start(
              () -> {
                try (FileStore mine = new FileStore(path)) {
                  for (int i = 0; i < 100; i++) {
                    mine.append("text", "x");
                  }
                }
                return true;
              }));
    }
    tasks.forEach(Task::result);

    assertThat(store.getString("text")).isEqualTo("x".repeat(400));
  }

  @Test
  void get_setByAnotherStore_wakesBeforeAPollWould() {
    List<Long> micros = new ArrayList<>();
    try (FileStore other = new FileStore(path)) {
      for (int i = 0; i < 41; i++) {
        String key = "key" + i;
        Task<Long> getting =
            Task.start(
                () -> {
                  store.get(key);
                  return System.nanoTime();
                });
        getting.awaitParked();
        long start = System.nanoTime();
        other.set(key, "v");
        micros.add(TimeUnit.NANOSECONDS.toMicros(getting.result() - start));
      }
    }
    Collections.sort(micros);

    assertThat(micros.get(micros.size() / 2)).as("median of %s us", micros).isLessThan(5_000);
  }

  @Test
  void get_setOnTheSameStore_wakesEveryWaiter() {
    List<Task<byte[]>> waiting = new ArrayList<>();
    for (int i = 0; i < 32; i++) {
      String key = "key" + i % 8;
      waiting.add(Task.start(() -> store.get(key)));
    }
    waiting.forEach(Task::awaitParked);
    for (int i = 0; i < 8; i++) {
      store.set("key" + i, "v");
    }

    assertThat(waiting).allSatisfy(task -> assertThat(task.result()).isEqualTo(bytes("v")));
  }

  @Test
  void await_threadThatLooksTimesOut_theOthersAreStillWoken() {
    Task<Boolean> brief = Task.start(() -> await(Duration.ofMillis(200), "never"));
    brief.awaitParked();
    Task<Boolean> patient = Task.start(() -> await(Duration.ofSeconds(20), "k"));
    patient.awaitParked();

    assertThat(brief.failure()).isInstanceOf(StoreTimeoutException.class);
    try (FileStore other = new FileStore(path)) {
      other.set("k", "v");
    }
    assertThat(patient.result()).isTrue();
  }

  @Test
  void await_keysThatCameAndWent_count() {
    Task<Boolean> waiting = Task.start(() -> await(Duration.ofSeconds(20), "a", "b"));
    waiting.awaitParked();
    store.set("a", "1");
    store.deleteKey("a");
    store.set("b", "2");

    assertThat(waiting.result()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 30, 300})
  void get_missingKey_timesOutToTheMillisecond(long millis) {
    store.setTimeout(Duration.ofMillis(millis));
    store.set("there", "v");
    long start = System.nanoTime();

    assertThatThrownBy(() -> store.multiGet("there", "no"))
        .isInstanceOfSatisfying(
            StoreTimeoutException.class,
            e -> {
              assertThat(e.missingKeys()).containsExactly("no");
              assertThat(e.timeout()).isEqualTo(Duration.ofMillis(millis));
            })
        .hasMessage(
            "wait timeout after "
                + millis
                + "ms, keys: there, no. Timeout on FileStore("
                + path
                + "): missing 1 of 2: no");
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(Duration.ofMillis(millis), Duration.ofMillis(millis + 600));
  }

  @Test
  void await_negativeTimeout_throws() {
    assertThatIllegalArgumentException().isThrownBy(() -> store.await(Duration.ofMillis(-1), "k"));
    assertThatIllegalArgumentException().isThrownBy(() -> store.setTimeout(Duration.ofMillis(-1)));
  }

  @Test
  void await_interrupted_throwsKeepsTheFlagAndTheStoreStaysUsable() {
    Task<Boolean> waiting =
        Task.start(
            () -> {
              assertThatThrownBy(() -> store.await(Store.FOREVER, "k"))
                  .isInstanceOf(StoreInterruptedException.class);
              store.set("after", "v");
              return Thread.currentThread().isInterrupted();
            });
    waiting.awaitParked();
    waiting.thread.interrupt();

    assertThat(waiting.result()).isTrue();
    assertThat(store.getString("after")).isEqualTo("v");
  }

  @Test
  void close_whileOthersWait_endsTheirWaits() {
    List<Task<byte[]>> waiting = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      waiting.add(Task.start(() -> store.get("k")));
    }
    waiting.forEach(Task::awaitParked);
    store.close();

    assertThat(waiting)
        .allSatisfy(
            task ->
                assertThat(task.failure())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("FileStore(" + path + ") is closed"));
  }

  @Test
  void fileRemoved_holdsNoKeysUntilAWriteMakesItAnew() throws IOException {
    store.set("k", "v");
    Files.delete(path);

    assertThat(store.check("k")).isFalse();
    assertThat(store.numKeys()).isZero();
    assertThat(store.listKeys()).isEmpty();
    assertThat(store.deleteKey("k")).isFalse();
    assertThatThrownBy(() -> store.await(Duration.ofMillis(30), "k"))
        .isInstanceOf(StoreTimeoutException.class);
    assertThat(path).doesNotExist();

    store.set("new", "v");
    assertThat(store.listKeys()).containsExactly("new");
  }

  @Test
  void fileRemoved_waitGoesOnUntilItIsBack() throws IOException {
    Task<byte[]> waiting = Task.start(() -> store.get("k"));
    waiting.awaitParked();
    Files.delete(path);
    Files.write(path, record("/k", "v"));

    assertThat(waiting.result()).isEqualTo(bytes("v"));
  }

  @Test
  void fileReplaced_isReadInsteadAndWrittenTo() throws IOException {
    store.set("old", "1");
    Path other = Files.write(directory.resolve("other"), record("/n", "1"));
    Files.move(other, path, StandardCopyOption.REPLACE_EXISTING);

    assertThat(store.listKeys()).containsExactly("n");
    assertThat(store.add("n", 1)).isEqualTo(2);
    assertThat(Files.readAllBytes(path)).endsWith(record("/n", "2"));
  }

  @Test
  void barrier_twoStores_meet() {
    try (FileStore other = new FileStore(path)) {
      Task<Boolean> first =
          Task.start(
              () -> {
                store.barrier("b", 2, Duration.ofSeconds(20));
                return true;
              });
      other.barrier("b", 2, Duration.ofSeconds(20));
      assertThat(first.result()).isTrue();
    }
  }

  private boolean await(Duration timeout, String... keys) {
    store.await(timeout, keys);
    return true;
  }

  private void append(byte[]... records) throws IOException {
    for (byte[] record : records) {
      Files.write(path, record, APPEND);
    }
  }

  /** A record as PyTorch writes it, by hand. */
  private static byte[] record(String key, String value) {
    return HexFormat.of()
        .parseHex(length(key.length()) + hex(key) + length(value.length()) + hex(value));
  }

  private static String length(int shorterThan256) {
    return "%02x000000".formatted(shorterThan256);
  }

  private static String hex(String text) {
    return HexFormat.of().formatHex(bytes(text));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(US_ASCII);
  }

  /** A thread of its own. */
  private static final class Task<T> {
    final FutureTask<T> future;
    final Thread thread;

    private Task(Callable<T> body) {
      this.future = new FutureTask<>(body);
      this.thread = new Thread(future, "task");
    }

    static <T> Task<T> start(Callable<T> body) {
      Task<T> task = new Task<>(body);
      task.thread.setDaemon(true);
      task.thread.start();
      return task;
    }

    void awaitParked() {
      while (thread.getState() != Thread.State.TIMED_WAITING) {
        assertThat(thread.getState()).isNotEqualTo(Thread.State.TERMINATED);
        Thread.onSpinWait();
      }
    }

    T result() {
      try {
        return future.get(30, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        throw new AssertionError("the task failed", e.getCause());
      } catch (TimeoutException e) {
        throw new AssertionError("the task is still running", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      }
    }

    Throwable failure() {
      try {
        throw new IllegalArgumentException("no failure, but " + result());
      } catch (AssertionError e) {
        return e.getCause() == null ? e : e.getCause();
      }
    }
  }
}
