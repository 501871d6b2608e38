package io.muster.replicated;

import static io.muster.replicated.RecordedState.batch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a journal makes of a log whose end was not written as a whole. */
class LogTailTest {
  private static final JournalSizes SIZES = new JournalSizes(4_096, 1 << 20, 1 << 30);
  private static final int BATCHES = 5;
  private static final int LENGTH = 40;

  @TempDir private Path directory = Path.of("");
  private Path log = directory;
  private byte[] bytes = {};

  /** Where the last record begins and ends. */
  private int begin;

  private int end;

  @BeforeEach
  void write() throws IOException, InterruptedException {
    RecordedState state = new RecordedState();
    try (RatisJournal journal = journal()) {
      journal.open(state);
      for (int i = 1; i <= BATCHES; i++) {
        journal.append(batch(i, LENGTH));
        state.awaitApplied();
        if (i == BATCHES - 1) {
          begin = endOfData();
        }
      }
      end = endOfData();
      bytes = Arrays.copyOf(Files.readAllBytes(log), end + 1_000);
    }
  }

  private RatisJournal journal() throws IOException {
    return new RatisJournal(DataDirectory.open(directory.resolve("data")), SIZES);
  }

  private Path directoryOfLog() {
    return Objects.requireNonNull(log.getParent());
  }

  private int endOfData() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      log =
          files
              .filter(file -> file.getFileName().toString().startsWith("log_inprogress_"))
              .findFirst()
              .orElseThrow();
    }
    byte[] all = Files.readAllBytes(log);
    int end = 8;
    while (end < all.length && all[end] != 0) {
      int length = 0;
      int shift = 0;
      byte part;
      do {
        part = all[end++];
        length |= (part & 0x7f) << shift;
        shift += 7;
      } while (part < 0);
      end += length + Integer.BYTES;
    }
    return end;
  }

  /** The number of batches that a journal finds. */
  private long recovered() throws IOException {
    RecordedState state = new RecordedState();
    try (RatisJournal journal = journal()) {
      journal.open(state);
    }
    return state.count();
  }

  @Test
  void wholeLog_isKept() throws IOException {
    Files.write(log, bytes);
    assertThat(recovered()).isEqualTo(BATCHES);
  }

  @Test
  void lastRecord_thatIsWrittenInPart_isDropped() throws IOException {
    for (int at = begin; at < end; at++) {
      Files.write(log, Arrays.copyOf(bytes, at));
      LogTail.repair(directoryOfLog(), SIZES.batch());
      assertThat(Files.size(log)).isBetween((long) begin, (long) at);

      byte[] zeros = bytes.clone();
      Arrays.fill(zeros, at, end, (byte) 0);
      Files.write(log, zeros);
      LogTail.repair(directoryOfLog(), SIZES.batch());
      if (at > begin) {
        // The checksum may end with zeros.
        assertThat(Files.size(log)).isIn((long) begin, (long) zeros.length);
      }
    }
    Files.write(log, Arrays.copyOf(bytes, (begin + end) / 2));
    assertThat(recovered()).isEqualTo(BATCHES - 1);
  }

  @Test
  void lastRecord_whoseFirstBytesWereNotWritten_isDropped() throws IOException {
    byte[] holes = bytes.clone();
    Arrays.fill(holes, begin, begin + 10, (byte) 0);
    Files.write(log, holes);

    assertThat(recovered()).isEqualTo(BATCHES - 1);
  }

  @Test
  void anyBitOfTheLastRecord_mayBeWrong() throws IOException {
    for (int at = begin; at < end; at++) {
      byte[] damaged = bytes.clone();
      damaged[at] ^= 0x20;
      Files.write(log, damaged);

      LogTail.repair(directoryOfLog(), SIZES.batch());

      assertThat(Files.size(log)).isEqualTo(begin);
    }
    assertThat(recovered()).isEqualTo(BATCHES - 1);
  }

  @Test
  void recordBeforeTheLast_thatIsDamaged_isNotDropped() throws IOException {
    byte[] damaged = bytes.clone();
    int middle = begin - LENGTH / 2;
    damaged[middle] ^= 1;
    Files.write(log, damaged);

    try (RatisJournal journal = journal()) {
      assertThatThrownBy(() -> journal.open(new RecordedState()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(log + " is damaged at byte ")
          .hasMessageContaining("restore the directory from a backup");
    }
    assertThat(Files.readAllBytes(log)).isEqualTo(damaged);
  }
}
