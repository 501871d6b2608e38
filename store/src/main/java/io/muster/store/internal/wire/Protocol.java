package io.muster.store.internal.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The constants of the protocol that are neither an opcode nor a reply. */
public final class Protocol {
  /** What VALIDATE carries. */
  public static final int MAGIC = 0x3C85F7CE;

  /** Stands before every user's key on the wire. */
  public static final String USER_KEY_PREFIX = "/";

  /** The counter of joined workers, the one key of PyTorch's without {@link #USER_KEY_PREFIX}. */
  public static final String JOIN_COUNTER = "init/";

  private static final byte[] MUSTER_MARK = "muster/".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] HELLO_MARK = "muster/2".getBytes(StandardCharsets.US_ASCII);

  private Protocol() {}

  /**
   * The key that every Muster server calls present and no other server can have: no user's key
   * begins without {@link #USER_KEY_PREFIX}. The array is the caller's.
   */
  public static byte[] musterMark() {
    return MUSTER_MARK.clone();
  }

  /**
   * The key that every Muster server calls present that understands {@link Opcode#HELLO}. It is
   * short, since a server may limit its requests to very few bytes. The array is the caller's.
   */
  public static byte[] helloMark() {
    return HELLO_MARK.clone();
  }

  /** Whether {@code key} is {@link #musterMark()} or {@link #helloMark()}. */
  public static boolean isMark(byte[] key) {
    return Arrays.equals(key, MUSTER_MARK) || Arrays.equals(key, HELLO_MARK);
  }
}
