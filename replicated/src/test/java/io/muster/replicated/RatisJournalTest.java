package io.muster.replicated;

import static io.muster.replicated.RecordedState.batch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.fixtures.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A journal in a directory, and what a later one finds in it. */
class RatisJournalTest {
  private static final JournalSizes SMALL = new JournalSizes(64 * 1024, 1 << 20, 64 * 1024);
  private static final JournalSizes LARGE = new JournalSizes(64 * 1024, 1 << 20, 1 << 30);

  @TempDir private Path directory = Path.of("");

  private RatisJournal journal(JournalSizes sizes) throws IOException {
    return new RatisJournal(DataDirectory.open(directory.resolve("data")), sizes);
  }

  /** Appends batches one after another. */
  private static void append(RatisJournal journal, RecordedState state, int count, int length)
      throws InterruptedException {
    for (int i = 1; i <= count; i++) {
      byte[] batch = batch(i, length);
      journal.append(batch);
      assertThat(state.awaitApplied()).isEqualTo(batch);
    }
  }

  private List<Path> files(String glob) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(file -> file.getFileName().toString().matches(glob)).toList();
    }
  }

  @Test
  void batches_areAppliedInOrder_andAgainByTheNextJournal()
      throws IOException, InterruptedException {
    RecordedState state = new RecordedState();
    try (RatisJournal journal = journal(LARGE)) {
      journal.open(state);
      assertThat(state.count()).isZero();
      append(journal, state, 100, 50);
    }

    for (int i = 0; i < 2; i++) {
      RecordedState next = new RecordedState();
      try (RatisJournal journal = journal(LARGE)) {
        journal.open(next);
        assertThat(next.count()).isEqualTo(100);
        assertThat(next.sum()).isEqualTo(5_050);
        assertThat(next.restoredCount()).isNull();
      }
    }
  }

  @Test
  void longestBatch_isTaken() throws IOException, InterruptedException {
    RecordedState state = new RecordedState();
    try (RatisJournal journal = journal(LARGE)) {
      journal.open(state);
      append(journal, state, 40, journal.maxBatchBytes());
    }
    RecordedState next = new RecordedState();
    try (RatisJournal journal = journal(LARGE)) {
      journal.open(next);
      assertThat(next.count()).isEqualTo(40);
    }
  }

  @Test
  void snapshots_replaceTheOlderPartOfTheLog() throws IOException, InterruptedException {
    RecordedState state = new RecordedState();
    try (RatisJournal journal = journal(SMALL)) {
      journal.open(state);
      append(journal, state, 200, 32 * 1024);
      Eventually.assertThat(state::snapshots).matches("many", taken -> taken >= 3);
      append(journal, state, 100, 32 * 1024);
      // 300 batches are 10 segments of the log.
      Eventually.assertThat(() -> segments()).matches("few", count -> count <= 4);
      Eventually.assertThat(() -> snapshotFiles()).matches("few", count -> count <= 2);
    }

    RecordedState next = new RecordedState();
    try (RatisJournal journal = journal(SMALL)) {
      journal.open(next);
      assertThat(next.restoredCount()).isNotNull().isGreaterThan(100);
      assertThat(next.count()).isEqualTo(300);
      assertThat(next.sum()).isEqualTo(20_100 + 5_050);
      next.forgetApplied();
      append(journal, next, 10, 50);
    }
  }

  private int segments() {
    try {
      return files("log_.*").size();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private int snapshotFiles() {
    try {
      return files("snapshot\\.[0-9]+_[0-9]+").size();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void damagedSnapshot_isNamed() throws IOException, InterruptedException {
    RecordedState state = new RecordedState();
    try (RatisJournal journal = journal(SMALL)) {
      journal.open(state);
      append(journal, state, 10, 32 * 1024);
      Eventually.assertThat(() -> snapshotFiles()).matches("some", count -> count > 0);
    }
    List<Path> snapshots = files("snapshot\\.[0-9]+_[0-9]+");
    for (Path snapshot : snapshots) {
      Files.write(snapshot, new byte[5]);
    }

    try (RatisJournal journal = journal(SMALL)) {
      assertThatThrownBy(() -> journal.open(new RecordedState()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(directory.resolve("data") + "/raft/")
          .hasMessageContaining("a snapshot of 5 bytes")
          .hasMessageContaining("restore the directory from a backup");
    }
  }

  @Test
  void damagedLog_isNamed() throws IOException, InterruptedException {
    RecordedState state = new RecordedState();
    try (RatisJournal journal = journal(LARGE)) {
      journal.open(state);
      append(journal, state, 80, 32 * 1024);
    }
    Path first = files("log_[0-9]+-[0-9]+").get(0);
    byte[] bytes = Files.readAllBytes(first);
    bytes[bytes.length / 2] ^= 1;
    Files.write(first, bytes);

    try (RatisJournal journal = journal(LARGE)) {
      assertThatThrownBy(() -> journal.open(new RecordedState()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("raft")
          .hasMessageContaining("restore the directory from a backup");
    }
  }
}
