package io.muster.store.internal.commit;

import static io.muster.store.internal.commit.Commands.bytes;
import static io.muster.store.internal.commit.Commands.decoded;
import static io.muster.store.internal.commit.Commands.encoded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.fixtures.Randomized;
import io.muster.store.internal.keyspace.Command;
import io.muster.store.internal.keyspace.Keyspace;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BatchTest {
  private static final byte[] K = bytes("k");
  private static final byte[] V = bytes("value");

  /** The results of every so many commands are compared, which takes long. */
  private static final int COMPARED = 100;

  private static final List<Command> COMMANDS =
      List.of(
          new Command.Set(K, V),
          new Command.CompareSet(K, V, bytes("other")),
          new Command.Add(K, -5),
          new Command.Append(K, V),
          new Command.SetAll(List.of(K, V), List.of(V, K)),
          new Command.Delete(K),
          new Command.Push(K, V),
          new Command.Pop(K),
          new Command.Arrive(K, 1L << 40),
          new Command.Leave(K),
          new Command.Clear());

  private static final List<Change> CHANGES =
      List.of(
          new Change.PutJob(
              new JobRecord(1, "a", 29_500, 8, Duration.ofSeconds(5, 7), Long.MAX_VALUE)),
          new Change.PutJob(new JobRecord(2, "b", 0, 0, null, 1)),
          new Change.RemoveJob(2),
          new Change.BeginEpoch(1L << 40));

  @Test
  void everyCommand_hasItsBytes() throws MalformedDataException {
    assertThat(COMMANDS.stream().map(Object::getClass))
        .containsExactlyInAnyOrder(Command.class.getPermittedSubclasses());
    for (Command command : COMMANDS) {
      Command again = decoded(encoded(command));
      assertThat(again).usingRecursiveComparison().isEqualTo(command);
      assertThat(encoded(again)).isEqualTo(encoded(command));
    }
  }

  @Test
  void changesOfJobs_haveTheirBytes() throws MalformedDataException {
    Batch batch = new Batch(4, Long.MAX_VALUE, CHANGES);

    assertThat(Batch.of(batch.toBytes())).isEqualTo(batch);
  }

  @Test
  void theBytesOfVersion1_stayWhatTheyAre() {
    assertThat(encoded(new Command.Set(K, V)))
        .isEqualTo(
            ByteBuffer.allocate(37)
                .put((byte) 1)
                .putLong(7)
                .putLong(9)
                .put((byte) 1)
                .putInt(3)
                .put((byte) 1)
                .putInt(1)
                .put(K)
                .putInt(5)
                .put(V)
                .array());
  }

  @Test
  void laterVersion_isNamed() {
    byte[] batch = encoded(new Command.Clear());
    batch[0] = 2;

    assertThatThrownBy(() -> Batch.of(batch))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("version 2");
  }

  @Test
  void lengthsThatAreClaimed_areComparedWithWhatIsThere() {
    byte[] batch = encoded(new Command.Set(K, V));
    int lengthOfTheKey = batch.length - V.length - 4 - K.length - 4;
    for (int length : new int[] {Integer.MAX_VALUE, -1, 1_000_000, 11}) {
      ByteBuffer.wrap(batch).putInt(lengthOfTheKey, length);
      assertThatThrownBy(() -> Batch.of(batch)).isInstanceOf(MalformedDataException.class);
    }
    byte[] all = encoded(new Command.SetAll(List.of(K), List.of(V)));
    ByteBuffer.wrap(all).putInt(23, Integer.MAX_VALUE);
    assertThatThrownBy(() -> Batch.of(all))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("a count of 2147483647");
  }

  @Test
  void whateverTheBytes_theyAreABatchOrMalformed() {
    Randomized.check(
        2_000,
        random -> {
          byte[] damaged = damaged(someBatch(random), random);
          try {
            Batch batch = Batch.of(damaged);
            byte[] bytes = batch.toBytes();
            assertThat(Batch.of(bytes).toBytes()).isEqualTo(bytes);
          } catch (MalformedDataException e) {
            assertThat(e.position()).isBetween(0L, (long) damaged.length);
            assertThat(e).hasMessageContaining("at byte " + e.position());
          }
        });
  }

  private static byte[] someBatch(SplittableRandom random) {
    List<Change> changes = new ArrayList<>(CHANGES);
    for (int i = random.nextInt(5); i > 0; i--) {
      changes.add(new Change.OfKeyspace(random.nextInt(3), Commands.random(random, 5)));
    }
    return new Batch(1, 2, changes).toBytes();
  }

  private static byte[] damaged(byte[] bytes, SplittableRandom random) {
    byte[] damaged = Arrays.copyOf(bytes, bytes.length - random.nextInt(3));
    for (int i = random.nextInt(4); i > 0; i--) {
      damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
    }
    return damaged;
  }

  @Test
  void theSameCommands_makeTheSameKeyspace_alsoAsBytes() {
    Randomized.check(
        20,
        random -> {
          Keyspace keyspace = Commands.keyspace();
          Keyspace other = Commands.keyspace();
          for (int i = 0; i < 3_000; i++) {
            Command command = Commands.random(random, 1 + random.nextInt(1_500));
            Command again = decoded(encoded(command));
            command.applyTo(keyspace);
            again.applyTo(other);
            if (i % COMPARED == 0) {
              assertThat(again)
                  .usingRecursiveComparison()
                  .ignoringFields("failure", "removedBefore")
                  .isEqualTo(command);
            }
            assertThat(String.valueOf(again.failure()))
                .isEqualTo(String.valueOf(command.failure()));
          }
          assertThat(Commands.contents(other)).isEqualTo(Commands.contents(keyspace));
          assertThat(other.storedBytes()).isEqualTo(keyspace.storedBytes());
          assertThat(other.work()).isEqualTo(keyspace.work());
        });
  }
}
