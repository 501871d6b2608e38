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
  private long last;

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

  /** Where the last record in this replica begins. */
  long last() {
    return last;
  }

  /**
   * Adds the records from {@link #end} on, as far as they are whole.
   *
   * @param in the file's content from there on
   * @param length where the file ends
   * @throws MalformedFileException if there is something else than records
   */
  void replay(InputStream in, long length) throws IOException {
    RecordReader records = new RecordReader(in, end, length);
    while (records.next()) {
      apply(records.key(), records.value());
      last = end;
      end = records.consumedTo();
    }
  }

  /** Adds the records that were written at {@link #end}. */
  void add(Records written) {
    written.applyTo(this);
    last = end;
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
    last = 0;
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
