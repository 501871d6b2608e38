package io.muster.store.internal.commit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.muster.fixtures.Randomized;
import io.muster.store.internal.keyspace.Command;
import io.muster.store.internal.keyspace.Keyspace;
import io.muster.store.internal.keyspace.KeyspaceSnapshot;
import io.muster.store.internal.keyspace.WaiterRegistry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Commands, keyspaces, and both as bytes. */
final class Commands {
  static final JobRecord JOB = new JobRecord(1, "train", 29_500, 8, null, Long.MAX_VALUE);

  private Commands() {}

  static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  static Keyspace keyspace() {
    return new Keyspace(new WaiterRegistry(), Long.MAX_VALUE);
  }

  /** A command for one of a number of keys. */
  static Command random(SplittableRandom random, int keys) {
    byte[] key = bytes("key" + random.nextInt(keys));
    return switch (random.nextInt(16)) {
      case 0 -> new Command.Add(bytes("n" + random.nextInt(keys)), random.nextInt(-5, 50));
      case 1 -> new Command.Add(key, 1);
      case 2 -> new Command.CompareSet(key, new byte[0], value(random));
      case 3, 4 -> new Command.Append(key, value(random));
      case 5 -> new Command.Append(key, new byte[random.nextInt(3_000)]);
      case 6 ->
          new Command.SetAll(
              List.of(key, bytes("other" + random.nextInt(keys))),
              List.of(value(random), value(random)));
      case 7, 8 -> new Command.Delete(key);
      case 9, 10 -> new Command.Push(bytes("q" + random.nextInt(keys)), value(random));
      case 11 -> new Command.Pop(bytes("q" + random.nextInt(keys)));
      case 12 -> new Command.Arrive(bytes("b" + random.nextInt(keys)), 3);
      case 13 -> new Command.Leave(bytes("b" + random.nextInt(keys)));
      default -> new Command.Set(key, value(random));
    };
  }

  private static byte[] value(SplittableRandom random) {
    return Randomized.bytes(random, 40);
  }

  static byte[] encoded(Command command) {
    return new Batch(7, 9, List.of(new Change.OfKeyspace(3, command))).toBytes();
  }

  static Command decoded(byte[] bytes) throws MalformedDataException {
    return ((Change.OfKeyspace) Batch.of(bytes).changes().get(0)).command();
  }

  /** The contents of a keyspace as a snapshot of a server with one job. */
  static byte[] contents(Keyspace keyspace) throws IOException {
    try (KeyspaceSnapshot snapshot = keyspace.snapshot()) {
      return written(snapshot.revision(), parts(snapshot));
    }
  }

  private static List<KeyspaceSnapshot.Part> parts(KeyspaceSnapshot snapshot) {
    List<KeyspaceSnapshot.Part> parts = new ArrayList<>();
    for (var part = snapshot.next(); part != null; part = snapshot.next()) {
      parts.add(part);
    }
    return parts;
  }

  static byte[] written(long revision, List<KeyspaceSnapshot.Part> parts) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    SnapshotWriter writer = new SnapshotWriter(bytes, 1, 2, 3);
    writer.job(JOB);
    writer.revision(revision);
    for (KeyspaceSnapshot.Part part : parts) {
      part.visit(writer);
    }
    writer.finish();
    return bytes.toByteArray();
  }

  /** The keyspace whose contents are the bytes. */
  static Keyspace restored(byte[] contents) throws IOException {
    Keyspace keyspace = keyspace();
    SnapshotReader.read(
        new ByteArrayInputStream(contents),
        contents.length,
        new SnapshotReader.Target() {
          @Override
          public void begin(long epoch, long sequence, int nextJob) {}

          @Override
          public void job(JobRecord job) {}

          @Override
          public void revision(long revision) {
            keyspace.loadRevision(revision);
          }

          @Override
          public void value(byte[] key, byte[] value) {
            keyspace.load(key, value);
          }

          @Override
          public void item(byte[] key, byte[] item) {
            keyspace.loadItem(key, item);
          }

          @Override
          public void arrivals(byte[] barrier, int count) {}
        });
    return keyspace;
  }
}
