package io.muster.store.internal.commit;

import static io.muster.store.internal.commit.Commands.bytes;
import static io.muster.store.internal.commit.Commands.contents;
import static io.muster.store.internal.commit.Commands.restored;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.fixtures.Background;
import io.muster.fixtures.Randomized;
import io.muster.store.internal.keyspace.Command;
import io.muster.store.internal.keyspace.Keyspace;
import io.muster.store.internal.keyspace.KeyspaceSnapshot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Snapshots of a keyspace that changes, and their bytes. */
class SnapshotTest {
  private static Keyspace filled(SplittableRandom random, int commands, int keys) {
    Keyspace keyspace = Commands.keyspace();
    for (int i = 0; i < commands; i++) {
      Commands.random(random, keys).applyTo(keyspace);
    }
    return keyspace;
  }

  @Test
  void theContents_areThoseOfTheMomentWhenTheSnapshotBegan() {
    Randomized.check(
        30,
        random -> {
          int keys = 1 + random.nextInt(5_000);
          Keyspace keyspace = filled(random, 5_000, keys);
          byte[] before = contents(keyspace);

          List<KeyspaceSnapshot.Part> parts = new ArrayList<>();
          long revision = keyspace.history().revision();
          try (KeyspaceSnapshot snapshot = keyspace.snapshot()) {
            KeyspaceSnapshot.Part part;
            do {
              for (int i = random.nextInt(200); i > 0; i--) {
                Commands.random(random, keys).applyTo(keyspace);
              }
              if (random.nextInt(20) == 0) {
                new Command.Clear().applyTo(keyspace);
              }
              part = snapshot.next();
              if (part != null) {
                parts.add(part);
              }
            } while (part != null);
          }

          assertThat(Commands.written(revision, parts)).isEqualTo(before);
        });
  }

  @Test
  void anotherThread_mayWriteAPart_whileTheKeyspaceChanges() throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    Keyspace keyspace = filled(random, 20_000, 2_000);
    byte[] before = contents(keyspace);
    List<KeyspaceSnapshot.Part> parts = new ArrayList<>();
    long revision = keyspace.history().revision();
    try (KeyspaceSnapshot snapshot = keyspace.snapshot()) {
      for (var part = snapshot.next(); part != null; part = snapshot.next()) {
        parts.add(part);
      }
    }

    Background<byte[]> writing = Background.call(() -> Commands.written(revision, parts));
    for (int i = 0; i < 50_000; i++) {
      Commands.random(random, 2_000).applyTo(keyspace);
    }

    assertThat(writing.result()).isEqualTo(before);
  }

  @Test
  void whatIsRestored_hasTheSameContents_andGoesOnAlike() {
    Randomized.check(
        20,
        random -> {
          Keyspace keyspace = filled(random, 3_000, 1 + random.nextInt(2_000));
          Keyspace restored = restored(contents(keyspace));
          assertThat(restored.storedBytes()).isEqualTo(keyspace.storedBytes());
          assertThat(restored.size()).isEqualTo(keyspace.size());

          for (int i = 0; i < 1_000; i++) {
            Command command = Commands.random(random, 500);
            Command again = Commands.decoded(Commands.encoded(command));
            command.applyTo(keyspace);
            again.applyTo(restored);
          }

          assertThat(contents(restored)).isEqualTo(contents(keyspace));
        });
  }

  @Test
  void damagedSnapshot_isNoSnapshot() throws IOException {
    Keyspace keyspace = Commands.keyspace();
    new Command.Set(bytes("k"), bytes("v")).applyTo(keyspace);
    new Command.Push(bytes("q"), bytes("item")).applyTo(keyspace);
    byte[] contents = contents(keyspace);

    for (int i = 0; i < contents.length; i++) {
      byte[] damaged = contents.clone();
      damaged[i] ^= 0x10;
      assertThatThrownBy(() -> restored(damaged)).isInstanceOf(IOException.class);
      byte[] torn = Arrays.copyOf(contents, i);
      assertThatThrownBy(() -> restored(torn)).isInstanceOf(MalformedDataException.class);
    }
    byte[] longer = Arrays.copyOf(contents, contents.length + 1);
    assertThatThrownBy(() -> restored(longer)).hasMessageContaining("bytes after the end");
  }

  @Test
  void laterVersion_isNamed() throws IOException {
    byte[] contents = contents(Commands.keyspace());
    contents[SnapshotWriter.MAGIC.length] = 2;

    assertThatThrownBy(() -> restored(contents)).hasMessageContaining("version 2");
  }

  @Test
  void bytesThatASnapshotKeeps_areAtMostThoseOfItsContents_andEndWithIt() {
    Keyspace keyspace = Commands.keyspace();
    new Command.Set(bytes("k"), new byte[1_000]).applyTo(keyspace);
    long before = keyspace.heapBytes();

    KeyspaceSnapshot snapshot = keyspace.snapshot();
    assertThat(keyspace.snapshotBytes()).isZero();
    new Command.Set(bytes("k"), new byte[1_000]).applyTo(keyspace);
    assertThat(keyspace.snapshotBytes()).isBetween(1_000L, before);
    for (int i = 0; i < 10; i++) {
      new Command.Set(bytes("k"), new byte[1_000]).applyTo(keyspace);
    }
    assertThat(keyspace.snapshotBytes()).isEqualTo(before);
    snapshot.close();
    assertThat(keyspace.snapshotBytes()).isZero();

    KeyspaceSnapshot next = keyspace.snapshot();
    new Command.Delete(bytes("k")).applyTo(keyspace);
    snapshot.close();
    assertThat(keyspace.snapshotBytes()).isPositive();
    while (next.next() != null) {
      assertThat(keyspace.snapshotBytes()).isPositive();
    }
    assertThat(keyspace.snapshotBytes()).isZero();
    next.close();
  }

  @Test
  void oneSnapshotAtATime_isTaken() {
    Keyspace keyspace = Commands.keyspace();
    KeyspaceSnapshot snapshot = keyspace.snapshot();
    assertThatThrownBy(keyspace::snapshot).isInstanceOf(IllegalStateException.class);

    snapshot.close();

    keyspace.snapshot().close();
  }
}
