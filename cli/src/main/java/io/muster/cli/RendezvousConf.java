package io.muster.cli;

import io.muster.launcher.NodeOptions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * torchrun's {@code --rdzv-conf}.
 *
 * @param values the value of each key
 */
record RendezvousConf(Map<String, String> values) {
  private static final String JOIN_TIMEOUT = "join_timeout";
  private static final String TIMEOUT = "timeout";
  private static final String INTERVAL = "keep_alive_interval";
  private static final String ATTEMPTS = "keep_alive_max_attempt";
  private static final String IS_HOST = "is_host";
  private static final String RANK = "rank";
  private static final String STORE_TYPE = "store_type";
  private static final Set<String> KEYS =
      Set.of(JOIN_TIMEOUT, TIMEOUT, INTERVAL, ATTEMPTS, IS_HOST, RANK, STORE_TYPE);

  /** Keys without effect: Muster has no elastic worlds, and no such time-outs. */
  private static final Set<String> WITHOUT_EFFECT =
      Set.of(
          "last_call_timeout", "close_timeout", "heartbeat", "heartbeat_timeout", "read_timeout");

  /**
   * Parses pairs that commas separate.
   *
   * @throws IllegalArgumentException if a part is no pair, or its key is not one of torchrun's
   */
  static RendezvousConf parse(String text) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String part : text.split(",", -1)) {
      if (part.isBlank()) {
        continue;
      }
      int equals = part.indexOf('=');
      String key = equals < 0 ? part.strip() : part.substring(0, equals).strip();
      if (equals < 0) {
        throw new IllegalArgumentException(
            "--rdzv-conf must be KEY=VALUE pairs with commas but has '" + key + "'");
      }
      if (!KEYS.contains(key) && !WITHOUT_EFFECT.contains(key)) {
        throw new IllegalArgumentException(
            "--rdzv-conf " + key + " is not supported; leave it out");
      }
      values.put(key, part.substring(equals + 1).strip());
    }
    RendezvousConf conf = new RendezvousConf(Map.copyOf(values));
    if (!values.getOrDefault(STORE_TYPE, "tcp").equals("tcp")) {
      throw new IllegalArgumentException(
          "--rdzv-conf store_type=" + values.get(STORE_TYPE) + " is not supported; expected tcp");
    }
    return conf;
  }

  /** Sets the join timeout and the keep-alive, if they are given. */
  void apply(NodeOptions.Builder options) {
    seconds(JOIN_TIMEOUT).or(() -> seconds(TIMEOUT)).ifPresent(options::joinTimeout);
    if (values.containsKey(INTERVAL) || values.containsKey(ATTEMPTS)) {
      options.keepAlive(
          seconds(INTERVAL).orElse(NodeOptions.DEFAULT_KEEP_ALIVE_INTERVAL),
          number(ATTEMPTS).orElse(NodeOptions.DEFAULT_KEEP_ALIVE_ATTEMPTS));
    }
  }

  /** Whether this node hosts the store; empty if the address decides. */
  Optional<Boolean> isHost() {
    return Optional.ofNullable(values.get(IS_HOST)).map(RendezvousConf::bool);
  }

  /** The rank of this node. */
  Optional<Integer> rank() {
    return number(RANK);
  }

  private static boolean bool(String text) {
    if (text.matches("(?i)1|true|t|yes|y")) {
      return true;
    }
    if (text.matches("(?i)0|false|f|no|n")) {
      return false;
    }
    throw new IllegalArgumentException(
        "--rdzv-conf is_host must be true or false but was '" + text + "'");
  }

  private Optional<Integer> number(String key) {
    return Optional.ofNullable(values.get(key))
        .map(text -> RunNodes.number("--rdzv-conf " + key, text));
  }

  private Optional<Duration> seconds(String key) {
    return number(key).map(Duration::ofSeconds);
  }
}
