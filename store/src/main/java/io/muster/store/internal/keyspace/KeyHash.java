package io.muster.store.internal.keyspace;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.SecureRandom;

/**
 * Hashes keys with SipHash-1-3 and a random key of the process, so that a client cannot choose keys
 * with equal hashes. Clients can observe the hashes only through timing.
 */
class KeyHash {
  /** The hash function of this process. */
  static final KeyHash OF_PROCESS = random();

  private final long key0;
  private final long key1;

  KeyHash(long key0, long key1) {
    this.key0 = key0;
    this.key1 = key1;
  }

  /** Returns the hash of the first {@code length} bytes. */
  int of(byte[] bytes, int length) {
    return (int) SipHash.of13(key0, key1, bytes, length);
  }

  private static KeyHash random() {
    ByteBuffer key = ByteBuffer.allocate(2 * Long.BYTES);
    // The first use of SecureRandom loads its providers, which takes longer than starting a server.
    try (InputStream random = new FileInputStream("/dev/urandom")) {
      if (random.readNBytes(key.array(), 0, key.capacity()) < key.capacity()) {
        throw new IOException("/dev/urandom ended");
      }
    } catch (IOException e) {
      new SecureRandom().nextBytes(key.array());
    }
    return new KeyHash(key.getLong(), key.getLong());
  }
}
