package io.muster.cli;

import io.muster.store.PrefixStore;
import io.muster.store.Store;
import io.muster.store.TcpStore;
import io.muster.store.TcpStoreOptions;
import io.muster.store.server.StoreServerOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** {@code muster kv}: what the commands that use a store share. */
@Command(
    name = "kv",
    description = {
      "Use a store from the shell: PyTorch's or Muster's.",
      "",
      "Values are bytes: what comes from standard input or goes to standard output is neither"
          + " changed nor added to. A key or value that begins with a dash goes behind --.",
      ""
    })
final class KvCommand {
  private static final String VARIABLE = "MUSTER_ENDPOINT";

  private final Streams streams;

  @Option(
      names = "--endpoint",
      scope = ScopeType.INHERIT,
      paramLabel = "HOST:PORT",
      converter = Endpoint.Converter.class,
      description = {
        "Where the store is; an IPv6 address as [::1]:29500.",
        "Default: the environment's MUSTER_ENDPOINT, else 127.0.0.1:29500."
      })
  private @Nullable Endpoint endpoint;

  @Option(
      names = "--timeout",
      scope = ScopeType.INHERIT,
      paramLabel = "TIME",
      defaultValue = "5s",
      converter = HumanDuration.class,
      description = {
        "How long to try to connect, and then again to wait: 300ms, 5s, 2m, 1h.",
        "Default: ${DEFAULT-VALUE}. With 0s nothing is tried twice or waited for."
      })
  private Duration timeout = Duration.ofSeconds(5);

  @Option(
      names = "--prefix",
      scope = ScopeType.INHERIT,
      paramLabel = "PREFIX",
      description = "Put PREFIX/ before every key, as a PrefixStore does.")
  private @Nullable String prefix;

  @Option(
      names = "--max-value",
      scope = ScopeType.INHERIT,
      paramLabel = "SIZE",
      defaultValue = "8MiB",
      converter = ByteSize.Converter.class,
      description = "The longest value to send. Default: ${DEFAULT-VALUE}, what PyTorch takes.")
  private ByteSize maxValue = new ByteSize(StoreServerOptions.DEFAULT_MAX_VALUE_BYTES);

  private KvCommand(Streams streams) {
    this.streams = streams;
  }

  /** The command with all its subcommands. */
  static CommandLine commandLine(Streams streams) {
    KvCommand kv = new KvCommand(streams);
    // What looks like an option may be a negative number.
    CommandLine add = new CommandLine(new KvAdd(kv)).setUnmatchedOptionsArePositionalParams(true);
    return new CommandLine(kv)
        .addSubcommand(new KvGet(kv))
        .addSubcommand(new KvSet(kv))
        .addSubcommand(add)
        .addSubcommand(new KvCas(kv))
        .addSubcommand(new KvAppend(kv))
        .addSubcommand(new KvWait(kv))
        .addSubcommand(new KvCheck(kv))
        .addSubcommand(new KvDelete(kv))
        .addSubcommand(new KvKeys(kv))
        .addSubcommand(new KvCount(kv))
        .addSubcommand(new KvMget(kv))
        .addSubcommand(new KvMset(kv))
        .addSubcommand(new KvPush(kv))
        .addSubcommand(new KvPop(kv))
        .addSubcommand(new KvLen(kv))
        .addSubcommand(new KvBarrier(kv))
        .addSubcommand(new HelpCommand(streams));
  }

  Streams streams() {
    return streams;
  }

  /**
   * Where the store is.
   *
   * @throws IllegalArgumentException if the environment says so, and not in the form of an endpoint
   */
  Endpoint endpoint() {
    if (endpoint == null) {
      endpoint = ofEnvironment(System.getenv(VARIABLE));
    }
    return endpoint;
  }

  static Endpoint ofEnvironment(@Nullable String value) {
    if (value == null || value.isEmpty()) {
      return new Endpoint("127.0.0.1", StoreServerOptions.PYTORCH_PORT);
    }
    try {
      return Endpoint.parse(value);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "Invalid value of the environment variable " + VARIABLE + ": " + e.getMessage(), e);
    }
  }

  /** Connects to the store. */
  Store connect() {
    TcpStoreOptions options =
        TcpStoreOptions.builder()
            .timeout(timeout)
            .maxValueBytes(maxValueBytes())
            .build();
    Store store = TcpStore.connect(endpoint().host(), endpoint().port(), options);
    return prefix == null ? store : new PrefixStore(prefix, store);
  }

  /** Reads a value from the input, up to its end. */
  byte[] readValue() {
    int limit = Math.min(maxValueBytes(), Integer.MAX_VALUE - 16);
    byte[] value = streams.read(limit + 1);
    if (value.length > limit) {
      throw new IllegalArgumentException(
          "the value on standard input is longer than --max-value, " + limit + " bytes");
    }
    return value;
  }

  private int maxValueBytes() {
    return maxValue.intBytes("--max-value");
  }
}
