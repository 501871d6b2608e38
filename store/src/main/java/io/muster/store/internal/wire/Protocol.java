package io.muster.store.internal.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The constants of the protocol other than opcodes and replies. */
public final class Protocol {
  /** The number that VALIDATE carries. */
  public static final int MAGIC = 0x3C85F7CE;

  /** The prefix of every user's key on the wire. */
  public static final String USER_KEY_PREFIX = "/";

  /** The counter of joined workers, the only key of PyTorch without {@link #USER_KEY_PREFIX}. */
  public static final String JOIN_COUNTER = "init/";

  /**
   * The maximum number of bytes of a prefix that is watched. It bounds what a change of a key costs
   * if many prefixes are watched.
   */
  public static final int MAX_WATCHED_PREFIX = 512;

  private static final byte[] MUSTER_MARK = "muster/".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] HELLO_MARK = "muster/2".getBytes(StandardCharsets.US_ASCII);

  private Protocol() {}

  /**
   * A key that every Muster server reports as set, and that no other server can have, because user
   * keys begin with {@link #USER_KEY_PREFIX}. The caller owns the array.
   */
  public static byte[] musterMark() {
    return MUSTER_MARK.clone();
  }

  /**
   * A key that every Muster server that supports {@link Opcode#HELLO} reports as set. It is short,
   * because a server may limit keys to a few bytes. The caller owns the array.
   */
  public static byte[] helloMark() {
    return HELLO_MARK.clone();
  }

  /** Whether {@code key} is {@link #musterMark()} or {@link #helloMark()}. */
  public static boolean isMark(byte[] key) {
    return Arrays.equals(key, MUSTER_MARK) || Arrays.equals(key, HELLO_MARK);
  }
}
