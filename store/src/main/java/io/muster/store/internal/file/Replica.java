package io.muster.store.internal.file;

import io.muster.store.internal.keyspace.Key;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** What the records of a file add up to, the last one of a key counting. Not thread-safe. */
final class Replica {
  private final Map<Key, byte[]> values = new HashMap<>();
  private final Consumer<Key> onPut;
  private long end;

  /** A replica of an empty file, which shows {@code onPut} each key that a record sets. */
  Replica(Consumer<Key> onPut) {
    this.onPut = onPut;
  }

  /** The values by key, not to be changed. */
  Map<Key, byte[]> values() {
    return values;
  }

  /** How much of the file is in this replica; always the end of a record. */
  long end() {
    return end;
  }

  /** Adds the records among the next {@code available} bytes of the file. */
  void replay(InputStream in, long available) throws IOException {
    RecordReader records = new RecordReader(in, available);
    long start = end;
    while (records.next()) {
      apply(records.key(), records.value());
      end = start + records.consumed();
    }
  }

  /** Adds the records that were written at {@link #end}. */
  void add(Records written) {
    written.applyTo(this);
    end += written.length();
  }

  void put(Key key, byte[] value) {
    values.put(key, value);
    onPut.accept(key);
  }

  void remove(Key key) {
    values.remove(key);
  }

  /** Forgets everything: the file is another one now. */
  void reset() {
    values.clear();
    end = 0;
  }

  private void apply(byte[] name, byte[] value) {
    if (name.length > 0 && name[0] == Records.REMOVED) {
      remove(new Key(Arrays.copyOfRange(name, 1, name.length)));
    } else {
      put(new Key(name), value);
    }
  }
}
