package io.muster.bench.scale;

/** Lengths of requests and answers in PyTorch's protocol, in bytes. */
final class Sizes {
  private static final int OPCODE = 1;
  static final int NUMBER = 8;

  static final int HELLO = OPCODE + 4 + OPCODE + 4;
  static final int PONG = 4;
  static final int WOKEN = 1;

  /** {@code init/}. */
  static final int WORKERS_KEY = 5;

  /** Such as {@code /default_pg/0//cpu//0/99999}. */
  static final int KEY = 27;

  /** The address of a Gloo rank whose host has a name of 10 characters, without what follows. */
  static final int ADDRESS = 8 + 10 + 8 + 136;

  private Sizes() {}

  /** The address of a Gloo rank that names a pair for each rank there is. */
  static long addressWithPairs(long ranks) {
    return ADDRESS + 8 * ranks;
  }

  static int add(int key) {
    return OPCODE + NUMBER + key + NUMBER;
  }

  static long set(long value) {
    return OPCODE + NUMBER + KEY + NUMBER + value;
  }

  static long await() {
    return OPCODE + NUMBER + NUMBER + KEY;
  }

  /** A get of one key, or one request for several. */
  static long get(int keys) {
    return keys == 1 ? OPCODE + NUMBER + KEY : OPCODE + NUMBER + keys * (NUMBER + (long) KEY);
  }

  /** The answer to {@link #get}. */
  static long values(int keys, long value) {
    return keys * (NUMBER + value);
  }
}
