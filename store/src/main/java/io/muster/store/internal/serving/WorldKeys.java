package io.muster.store.internal.serving;

import io.muster.store.internal.wire.Protocol;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/** Recognises the keys by which the ranks of a world meet, as they are on the wire. */
final class WorldKeys {
  /** Longer keys are not recognised. */
  private static final int MAX_LENGTH = 1024;

  /**
   * Where keys begin, perhaps after prefixes: of PyTorch's default group, of the barrier at the end
   * of its start, of torchelastic's agents, and of those of {@code muster run}.
   */
  private static final List<String> STARTS =
      List.of(
          "default_pg/",
          "store_based_barrier_key",
          "torch.rendezvous.",
          "torchelastic/",
          "muster.run/");

  /** The end of the key of a Gloo address: device, number of the context, rank. */
  private static final Pattern GLOO_ADDRESS = Pattern.compile("//[a-z]+//[0-9]+/[0-9]+$");

  private WorldKeys() {}

  /** Whether the key is the counter of a {@code TCPStore}'s workers, perhaps after prefixes. */
  static boolean isJoinCounter(byte[] key) {
    String text = text(key);
    return text.equals(Protocol.JOIN_COUNTER) || text.endsWith("/" + Protocol.JOIN_COUNTER);
  }

  /** Whether the key is one of a process group or of the agents that start ranks. */
  static boolean isGroupKey(byte[] key) {
    String text = text(key);
    for (String start : STARTS) {
      int at = text.indexOf(start);
      if (at == 0 || (at > 0 && text.charAt(at - 1) == '/')) {
        return true;
      }
    }
    return text.contains("//") && GLOO_ADDRESS.matcher(text).find();
  }

  private static String text(byte[] key) {
    return key.length > MAX_LENGTH ? "" : new String(key, StandardCharsets.ISO_8859_1);
  }
}
