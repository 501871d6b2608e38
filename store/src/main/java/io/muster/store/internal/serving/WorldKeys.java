package io.muster.store.internal.serving;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** The keys by which the ranks of a world meet, as they are on the wire. */
final class WorldKeys {
  /** Longer keys are looked at no further. */
  private static final int MAX_LENGTH = 1024;

  /** The counter of a {@code TCPStore}'s workers, perhaps under the prefix of an agent. */
  private static final Pattern JOINS = Pattern.compile("(.*/)?init/");

  /**
   * Keys of process groups (of PyTorch's default group, of Gloo's addresses, of the barrier at the
   * end of their start) and of torchelastic's agents.
   */
  private static final Pattern GROUPS =
      Pattern.compile(
          "(.*/)?(default_pg/|store_based_barrier_key|torch\\.rendezvous\\.|torchelastic/).*"
              + "|.*//[a-z]+//[0-9]+/[0-9]+");

  private WorldKeys() {}

  /** Whether adding to the key is to join a world. */
  static boolean isOfJoins(byte[] key) {
    return matches(JOINS, key);
  }

  /** Whether the key is one of a group's. */
  static boolean isOfAGroup(byte[] key) {
    return matches(GROUPS, key);
  }

  private static boolean matches(Pattern keys, byte[] key) {
    return key.length <= MAX_LENGTH
        && keys.matcher(new String(key, StandardCharsets.ISO_8859_1)).matches();
  }
}
