package io.muster.cli;

import io.muster.store.PrefixStore;
import io.muster.store.Store;
import io.muster.store.TcpStore;
import io.muster.store.TcpStoreOptions;
import io.muster.store.server.StoreServerOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** {@code muster kv}: the options that all its subcommands share. */
@Command(
    name = "kv",
    description = {
      "Use a store from the shell: PyTorch's or Muster's.",
      "",
      "Values are bytes, which standard input and standard output carry unchanged. Put -- before a"
          + " key or value that begins with a dash.",
      ""
    })
final class KvCommand {
  private static final String VARIABLE = "MUSTER_ENDPOINT";

  private final Streams streams;
  private final Map<String, String> environment;

  @Option(
      names = "--endpoint",
      scope = ScopeType.INHERIT,
      paramLabel = "HOST:PORT",
      converter = Endpoint.Converter.class,
      description = {
        "The store's endpoint. An IPv6 address has brackets: [::1]:29500.",
        "Default: the environment variable MUSTER_ENDPOINT, or else 127.0.0.1:29500."
      })
  private @Nullable Endpoint endpoint;

  @Option(
      names = "--timeout",
      scope = ScopeType.INHERIT,
      paramLabel = "TIME",
      defaultValue = "5s",
      converter = HumanDuration.class,
      description = {
        "How long connecting may take, and then waiting: 300ms, 5s, 2m, 1h.",
        "Default: ${DEFAULT-VALUE}. With 0s there is one attempt, and no waiting."
      })
  private Duration timeout = Duration.ofSeconds(5);

  @Option(
      names = "--prefix",
      scope = ScopeType.INHERIT,
      paramLabel = "PREFIX",
      description = "Prepend PREFIX/ to every key, like a PrefixStore.")
  private @Nullable String prefix;

  @Option(
      names = "--max-value",
      scope = ScopeType.INHERIT,
      paramLabel = "SIZE",
      defaultValue = "8MiB",
      converter = ByteSize.Converter.class,
      description =
          "The longest value to send. Default: ${DEFAULT-VALUE}, the limit of PyTorch's servers.")
  private ByteSize maxValue = new ByteSize(StoreServerOptions.DEFAULT_MAX_VALUE_BYTES);

  private KvCommand(Streams streams, Map<String, String> environment) {
    this.streams = streams;
    this.environment = environment;
  }

  /** Creates the command with all its subcommands. */
  static CommandLine commandLine(Streams streams, Map<String, String> environment) {
    KvCommand kv = new KvCommand(streams, environment);
    // A negative number looks like an option.
    CommandLine add = new CommandLine(new KvAdd(kv)).setUnmatchedOptionsArePositionalParams(true);
    return new CommandLine(kv)
        .addSubcommand(new KvGet(kv))
        .addSubcommand(new KvSet(kv))
        .addSubcommand(add)
        .addSubcommand(new KvCas(kv))
        .addSubcommand(new KvAppend(kv))
        .addSubcommand(new KvWait(kv))
        .addSubcommand(new KvWatch(kv))
        .addSubcommand(new KvCheck(kv))
        .addSubcommand(new KvDelete(kv))
        .addSubcommand(new KvClear(kv))
        .addSubcommand(new KvKeys(kv))
        .addSubcommand(new KvCount(kv))
        .addSubcommand(new KvDump(kv))
        .addSubcommand(new KvLoad(kv))
        .addSubcommand(new KvMget(kv))
        .addSubcommand(new KvMset(kv))
        .addSubcommand(new KvPush(kv))
        .addSubcommand(new KvPop(kv))
        .addSubcommand(new KvLen(kv))
        .addSubcommand(new KvBarrier(kv))
        .addSubcommand(new HelpCommand(streams));
  }

  /** Whether --prefix was given. */
  boolean hasPrefix() {
    return prefix != null;
  }

  Streams streams() {
    return streams;
  }

  /**
   * Returns the endpoint of the store.
   *
   * @throws IllegalArgumentException if the environment variable is not an endpoint
   */
  Endpoint endpoint() {
    if (endpoint == null) {
      endpoint = ofEnvironment(environment.get(VARIABLE));
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
        TcpStoreOptions.builder().timeout(timeout).maxValueBytes(maxValueBytes()).build();
    Store store = TcpStore.connect(endpoint().host(), endpoint().port(), options);
    return prefix == null ? store : new PrefixStore(prefix, store);
  }

  /** Reads a value from standard input, up to its end. */
  byte[] readValue() {
    int limit = Math.min(maxValueBytes(), Integer.MAX_VALUE - 16);
    byte[] value = streams.read(limit + 1);
    if (value.length > limit) {
      throw new IllegalArgumentException(
          "the value on standard input has more than " + limit + " bytes; see --max-value");
    }
    return value;
  }

  /** Returns the value of an argument as UTF-8. */
  byte[] value(String argument, String text) {
    byte[] value = text.getBytes(StandardCharsets.UTF_8);
    if (value.length > maxValueBytes()) {
      throw new IllegalArgumentException(
          argument + " has " + value.length + " bytes; --max-value is " + maxValueBytes());
    }
    return value;
  }

  private int maxValueBytes() {
    return maxValue.intBytes("--max-value");
  }
}
