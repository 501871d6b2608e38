package io.muster.store.internal.commit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ServerContentsTest {
  private final ServerContents contents = new ServerContents();

  private void put(int number) {
    contents.apply(
        new Change.PutJob(new JobRecord(number, "job" + number, 0, 0, null, Long.MAX_VALUE)));
  }

  private static byte[] written(ServerContents contents) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ServerContents.Snapshot snapshot = contents.snapshot();
    SnapshotWriter writer = snapshot.begin(bytes);
    for (var piece = snapshot.next(); piece != null; piece = snapshot.next()) {
      piece.write(writer);
    }
    snapshot.close();
    writer.finish();
    return bytes.toByteArray();
  }

  /** Commands for the removed job that are still in the log must not reach another job. */
  @Test
  void numberOfARemovedJob_isNotUsedAgain_alsoAfterASnapshot() throws IOException {
    put(contents.takeJobNumber());
    put(contents.takeJobNumber());
    contents.apply(new Change.RemoveJob(2));
    byte[] snapshot = written(contents);

    ServerContents restored = new ServerContents();
    restored.restore(new ByteArrayInputStream(snapshot), snapshot.length);

    assertThat(restored.takeJobNumber()).isEqualTo(3);
    assertThat(contents.takeJobNumber()).isEqualTo(3);
  }

  @Test
  void numberThatIsReserved_isNotReservedAgain_andIsNoPartOfTheContents() throws IOException {
    byte[] before = written(contents);

    assertThat(contents.takeJobNumber()).isEqualTo(1);
    assertThat(contents.takeJobNumber()).isEqualTo(2);

    assertThat(written(contents)).isEqualTo(before);
  }
}
