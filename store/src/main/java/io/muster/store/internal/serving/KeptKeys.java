package io.muster.store.internal.serving;

import io.muster.store.internal.keyspace.Keyspace;
import io.muster.store.internal.wire.KeyReader;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Reads the keys of requests. A key that the keyspace holds already is the array that it holds, so
 * that only new keys make new arrays.
 */
final class KeptKeys implements KeyReader {
  /** Longer keys are not looked for. */
  private static final int LONGEST = 1024;

  private final Keyspace keyspace;
  private final byte[] scratch = new byte[LONGEST];

  KeptKeys(Keyspace keyspace) {
    this.keyspace = keyspace;
  }

  @Override
  public byte[] read(ByteBuffer in, int length) {
    if (length > LONGEST) {
      return KeyReader.COPYING.read(in, length);
    }
    in.get(scratch, 0, length);
    byte[] kept = keyspace.keptKey(scratch, length);
    return kept != null ? kept : Arrays.copyOf(scratch, length);
  }
}
