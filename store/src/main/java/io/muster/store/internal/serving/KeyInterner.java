package io.muster.store.internal.serving;

import io.muster.store.internal.keyspace.Keyspace;
import io.muster.store.internal.wire.KeyReader;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Interns the keys of requests: a key that the keyspace holds is returned as the array that the
 * keyspace holds, so only new keys allocate.
 */
final class KeyInterner implements KeyReader {
  /** Longer keys are not interned. */
  private static final int MAX_LENGTH = 1024;

  private final Keyspace keyspace;
  private final byte[] scratch = new byte[MAX_LENGTH];

  KeyInterner(Keyspace keyspace) {
    this.keyspace = keyspace;
  }

  @Override
  public byte[] read(ByteBuffer in, int length) {
    if (length > MAX_LENGTH) {
      return KeyReader.COPYING.read(in, length);
    }
    in.get(scratch, 0, length);
    byte[] interned = keyspace.internedKey(scratch, length);
    return interned != null ? interned : Arrays.copyOf(scratch, length);
  }
}
