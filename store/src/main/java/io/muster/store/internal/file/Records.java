package io.muster.store.internal.file;

import io.muster.store.internal.keyspace.Key;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Consecutive records to write. A record is the length of the key as a 32-bit little-endian number,
 * the key, the length of the value, and the value. A removal is a record whose key is prefixed with
 * a minus sign and whose value is empty.
 */
public final class Records {
  static final byte REMOVED = '-';
  static final int LENGTH_BYTES = 4;

  private final List<Change> changes = new ArrayList<>(1);
  private int length;

  Records() {}

  private static final class Change {
    final Key key;
    final byte @Nullable [] value;

    Change(Key key, byte @Nullable [] value) {
      this.key = key;
      this.value = value;
    }
  }

  /** Returns the length whose 32 bits begin at {@code index}. */
  static long length(byte[] littleEndian, int index) {
    long length = 0;
    for (int i = LENGTH_BYTES - 1; i >= 0; i--) {
      length = length << Byte.SIZE | (littleEndian[index + i] & 0xff);
    }
    return length;
  }

  /** Adds a record that sets a key. The value is copied. */
  public void put(Key key, byte[] value) {
    lengthen(key.bytes().length, value.length);
    changes.add(new Change(key, value.clone()));
  }

  /** Adds a record that removes a key. */
  public void remove(Key key) {
    lengthen(1 + key.bytes().length, 0);
    changes.add(new Change(key, null));
  }

  /** The number of bytes of the records. */
  int length() {
    return length;
  }

  byte[] toByteArray() {
    ByteBuffer out = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    for (Change change : changes) {
      byte[] key = change.key.bytes();
      byte[] value = change.value;
      if (value == null) {
        out.putInt(1 + key.length).put(REMOVED).put(key).putInt(0);
      } else {
        out.putInt(key.length).put(key).putInt(value.length).put(value);
      }
    }
    return out.array();
  }

  /** Applies the records to {@code state}, as reading them would. */
  void applyTo(LogState state) {
    for (Change change : changes) {
      if (change.value == null) {
        state.remove(change.key);
      } else {
        state.put(change.key, change.value);
      }
    }
  }

  private void lengthen(int key, int value) {
    length = Math.addExact(length, Math.addExact(2 * Integer.BYTES + key, value));
  }
}
