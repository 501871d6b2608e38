package io.muster.store.internal.serving;

import static io.muster.store.internal.serving.SteppedLoop.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.muster.store.internal.commit.Batch;
import io.muster.store.internal.commit.Change;
import io.muster.store.internal.commit.ServerContents;
import io.muster.store.internal.journal.Journal;
import io.muster.store.internal.journal.JournaledState;
import io.muster.store.internal.keyspace.Command;
import java.io.IOException;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Batches for which there is no memory. */
class GroupCommitTest {
  private final AppendedBatches journal = new AppendedBatches();
  private final GroupCommit commits = new GroupCommit(new ServerContents(), journal);
  private int completed;

  GroupCommitTest() throws IOException {
    commits.begin(() -> {});
    commits.flush();
    commits.apply(journal.appended.remove(0));
  }

  private void submit(String key) throws IOException {
    submit(new Command.Delete(bytes(key)));
  }

  private void submit(Command command) throws IOException {
    commits.submit(new Change.OfKeyspace(1, command), () -> completed++);
  }

  private static List<String> keys(Batch batch) {
    List<String> keys = new ArrayList<>();
    for (Change change : batch.changes()) {
      Command command = ((Change.OfKeyspace) change).command();
      keys.add(new String(((Command.Delete) command).key(), UTF_8));
    }
    return keys;
  }

  @Test
  void changeThatCannotBeWritten_isNoPartOfTheBatch() throws IOException {
    submit("a");
    List<byte[]> broken =
        new AbstractList<>() {
          @Override
          public byte[] get(int index) {
            if (index == 1) {
              throw new OutOfMemoryError("as the test wants");
            }
            return new byte[100_000];
          }

          @Override
          public int size() {
            return 2;
          }
        };
    assertThatExceptionOfType(OutOfMemoryError.class)
        .isThrownBy(() -> submit(new Command.SetAll(broken, broken)));
    submit("b");

    commits.flush();
    commits.apply(journal.appended.get(0));

    assertThat(keys(Batch.of(journal.appended.get(0)))).containsExactly("a", "b");
    assertThat(completed).isEqualTo(2);
  }

  @Test
  void batchThatCannotBeAppended_isAppendedLater_asItWas() throws IOException {
    submit("a");
    journal.fails = true;
    assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(commits::flush);
    journal.fails = false;
    submit("b");

    commits.flush();
    commits.flush();
    assertThat(journal.appended).hasSize(1);
    commits.apply(journal.appended.get(0));
    commits.flush();
    commits.apply(journal.appended.get(1));

    assertThat(keys(Batch.of(journal.appended.get(0)))).containsExactly("a");
    assertThat(keys(Batch.of(journal.appended.get(1)))).containsExactly("b");
    assertThat(completed).isEqualTo(2);
  }

  private static final class AppendedBatches implements Journal {
    final List<byte[]> appended = new ArrayList<>();
    boolean fails;

    @Override
    public int maxBatchBytes() {
      return 1 << 20;
    }

    @Override
    public void open(JournaledState state) {
      throw new AssertionError();
    }

    @Override
    public void append(byte[] batch) {
      if (fails) {
        throw new OutOfMemoryError("as the test wants");
      }
      appended.add(batch);
    }

    @Override
    public void close() {}
  }
}
