package io.muster.store.internal.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The reply to {@link Opcode#HELLO}: facts about the server, and for each feature that the client
 * named whether it is on from now on. Each side ignores, or declines by name, what it does not
 * know. Unknown features never close a connection.
 *
 * @param facts the values by name
 */
public record Hello(Map<String, String> facts) {
  /** The version of this exchange. */
  public static final String VERSION = "version";

  /** An identifier that differs between servers, and between restarts of one server. */
  public static final String SERVER = "server";

  /** The server sends the reason before it closes the connection because of a request. */
  public static final String REFUSALS = "refusals";

  /**
   * Each OBSERVE, WAIT_VALUES, WAIT_ITEM and BARRIER of this connection has a number, counted from
   * 0 in the order in which they are sent. Any number of them may be pending. The server reports
   * the end of each with one byte and its number.
   */
  public static final String NUMBERED_WAITS = "numbered-waits";

  /** The server supports COMPARE_AND_SWAP. */
  public static final String COMPARE_AND_SWAP = "compare-and-swap";

  /** The server supports WAIT_CHANGE and CHANGES. */
  public static final String WATCH = "watch";

  private static final String ON = "on";
  private static final String UNKNOWN = "unknown";

  /** The maximum number of features of a client, and of facts of a server. */
  private static final int MAX_FACTS = 256;

  public Hello {
    facts = Map.copyOf(facts);
  }

  /** Encodes the names of features. */
  public static List<byte[]> request(String... features) {
    List<byte[]> names = new ArrayList<>();
    for (String feature : features) {
      names.add(feature.getBytes(UTF_8));
    }
    return names;
  }

  /** The facts of a server. */
  public static Map<String, String> facts(String server, WireLimits limits) {
    Map<String, String> facts = new HashMap<>();
    facts.put(VERSION, "1");
    facts.put(SERVER, server);
    facts.put("max-key-bytes", String.valueOf(limits.keyBytes()));
    facts.put("max-value-bytes", String.valueOf(limits.valueBytes()));
    facts.put("max-keys", String.valueOf(limits.keys()));
    facts.put("max-request-bytes", String.valueOf(limits.requestBytes()));
    return facts;
  }

  /**
   * Writes the reply.
   *
   * @param asked the features that the client named
   * @param known those of them that are on from now on
   */
  public static void write(
      WireOutput out, Map<String, String> facts, List<byte[]> asked, List<String> known)
      throws IOException {
    if (asked.size() > MAX_FACTS) {
      throw new WireException(
          "HELLO with " + asked.size() + " features; the limit is " + MAX_FACTS);
    }
    out.putLong(facts.size() + asked.size());
    for (Map.Entry<String, String> fact : facts.entrySet()) {
      out.putBlob((fact.getKey() + "=" + fact.getValue()).getBytes(UTF_8));
    }
    for (byte[] name : asked) {
      String feature = new String(name, UTF_8);
      out.putBlob((feature + "=" + (known.contains(feature) ? ON : UNKNOWN)).getBytes(UTF_8));
    }
  }

  /** Reads the reply. */
  public static Hello read(WireInput in) throws IOException {
    long count = in.getLong();
    if (count < 0 || count > MAX_FACTS) {
      throw new WireException("the server replied to HELLO with " + count + " facts");
    }
    Map<String, String> facts = new HashMap<>();
    for (long i = 0; i < count; i++) {
      String fact = new String(in.getBlob(), UTF_8);
      int end = fact.indexOf('=');
      if (end >= 0) {
        facts.put(fact.substring(0, end), fact.substring(end + 1));
      }
    }
    return new Hello(facts);
  }

  /** Whether the server has turned a feature on. */
  public boolean isOn(String feature) {
    return ON.equals(facts.get(feature));
  }

  /** The identifier of the server, or null if it sent none. */
  public @Nullable String server() {
    return facts.get(SERVER);
  }
}
