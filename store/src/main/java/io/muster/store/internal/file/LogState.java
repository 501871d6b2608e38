package io.muster.store.internal.file;

import io.muster.store.internal.keyspace.Key;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** The keys and values that the records of a file result in. Not thread-safe. */
final class LogState {
  private final Map<Key, byte[]> values = new HashMap<>();
  private final Consumer<Key> onPut;
  private long end;
  private long last;

  /**
   * Creates the state of an empty file. {@code onPut} is called with each key that a record sets.
   */
  LogState(Consumer<Key> onPut) {
    this.onPut = onPut;
  }

  /** The values by key. The caller must not modify it. */
  Map<Key, byte[]> values() {
    return values;
  }

  /** The offset up to which the file has been read; always the end of a record. */
  long end() {
    return end;
  }

  /** The offset of the last record that has been read. */
  long last() {
    return last;
  }

  /**
   * Applies the complete records from {@link #end} on.
   *
   * @param in the file's content from there
   * @param length the length of the file
   * @throws MalformedFileException if there are bytes other than records
   */
  void replay(InputStream in, long length) throws IOException {
    RecordReader records = new RecordReader(in, end, length);
    while (records.next()) {
      apply(records.key(), records.value());
      last = end;
      end = records.consumedTo();
    }
  }

  /** Applies the records that were written at {@link #end}. */
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

  /** Discards everything, because the file was replaced. */
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
