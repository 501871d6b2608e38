package io.muster.cli;

import io.muster.admin.AdminOptions;
import io.muster.admin.ServerRecords;
import io.muster.store.NetworkException;
import io.muster.store.server.DataDirectoryException;
import io.muster.store.server.JobOptions;
import io.muster.store.server.ServerBackend;
import io.muster.store.server.StoreServer;
import io.muster.store.server.StoreServerOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code muster serve}: runs a store server in the foreground until a signal stops it. */
@Command(
    name = "serve",
    description = {
      "Serve a store to PyTorch's and Java's clients until SIGTERM or SIGINT.",
      "",
      "Without --bind, only this machine can connect, because the protocol has neither"
          + " authentication nor encryption. Keys are lost with the server, unless there is"
          + " --data-dir.",
      "",
      "Each option can be given as an environment variable, such as MUSTER_MAX_VALUE for"
          + " --max-value. The command line takes precedence.",
      ""
    })
final class ServeCommand implements Callable<Integer> {
  private final Streams streams;
  private final Map<String, String> environment;

  @Mixin private InitOption init = new InitOption();

  @Option(
      names = "--bind",
      paramLabel = "ADDR",
      description = {
        "Listen on this address, host or network interface; '*' means all interfaces, 0.0.0.0 all"
            + " interfaces with IPv4 only.",
        "Default: loopback (127.0.0.1 and ::1)."
      })
  private @Nullable String bind;

  @Option(
      names = "--port",
      paramLabel = "N",
      description =
          "Listen on this port; 0 means any free port. Default: "
              + StoreServerOptions.PYTORCH_PORT
              + ".")
  private @Nullable Integer port;

  @Option(
      names = "--job",
      paramLabel = "NAME[:PORT][,world-size=N]",
      split = " +",
      converter = JobArgument.class,
      description = {
        "Serve a job with keys and a port of its own; may be repeated. Without PORT, any free port.",
        "It takes the place of --port. Without --job, there is one job, 'default'."
      })
  private List<JobOptions> jobs = List.of();

  @Option(
      names = "--reset-when-idle",
      arity = "0..1",
      fallbackValue = "0s",
      paramLabel = "GRACE",
      converter = HumanDuration.class,
      description = {
        "Forget the keys of a job when the last client of its world has gone for GRACE, so that the"
            + " next run can use the same keys. Without GRACE: at once.",
        "Clients belong to a world once they join it or use a process group's keys; 'muster kv' does"
            + " not. The log says how many keys are forgotten."
      })
  private @Nullable Duration resetWhenIdle;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = {
        "Keep the jobs and their keys in this directory, so that a server that is started again has"
            + " them, also after a crash. A request is answered when its change is on the disk.",
        "DIR is created if it does not exist, for this user only; one server at a time uses it."
            + " Default: keys are held in memory and are lost with the server."
      })
  private @Nullable Path dataDirectory;

  @Option(
      names = "--port-file",
      paramLabel = "FILE",
      description = {
        "Write the port to this file once the server accepts connections, and remove it at the end;"
            + " with --job, the port of the first job.",
        "The file of a killed server is replaced; the file of a running server is an error."
      })
  private @Nullable Path portFile;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      converter = BackendName.class,
      completionCandidates = BackendName.class,
      description = {
        "event-loop: one thread, non-blocking sockets; the default.",
        "threaded: one thread per connection, blocking sockets."
      })
  private ServerBackend backend = ServerBackend.EVENT_LOOP;

  @Mixin private ControlEndpointOptions admin = new ControlEndpointOptions();

  @Option(
      names = "--backlog",
      paramLabel = "N",
      description = "The length of the accept queue. Default: ${DEFAULT-VALUE}.")
  private int backlog = StoreServerOptions.DEFAULT_BACKLOG;

  @Option(
      names = "--keep-alive",
      paramLabel = "IDLE,INTERVAL,PROBES",
      converter = KeepAliveTimes.Converter.class,
      description = {
        "Disconnect a client whose host has vanished: probe after IDLE without a byte, then every"
            + " INTERVAL, and disconnect after PROBES without an answer. Default: ${DEFAULT-VALUE}."
      })
  private KeepAliveTimes keepAlive = KeepAliveTimes.DEFAULT;

  @Option(
      names = "--max-connections",
      paramLabel = "N",
      description =
          "The maximum number of connections; further ones are closed. Default: no limit.")
  private int maxConnections = StoreServerOptions.DEFAULT_MAX_CONNECTIONS;

  @Option(
      names = "--max-stored",
      paramLabel = "SIZE",
      converter = ByteSize.Converter.class,
      description = {
        "The maximum size of all keys, values and queued items, such as 64MiB or 1g. A client whose"
            + " write would exceed this limit is disconnected.",
        "Default: half of the JVM's heap, including overheads."
      })
  private ByteSize maxStored = new ByteSize(StoreServerOptions.DEFAULT_MAX_STORED_BYTES);

  @Option(
      names = "--max-value",
      paramLabel = "SIZE",
      converter = ByteSize.Converter.class,
      description = "The longest value. Default: ${DEFAULT-VALUE}, as in PyTorch.")
  private ByteSize maxValue = new ByteSize(StoreServerOptions.DEFAULT_MAX_VALUE_BYTES);

  @Option(
      names = "--max-key",
      paramLabel = "SIZE",
      converter = ByteSize.Converter.class,
      description = "The longest key. Default: ${DEFAULT-VALUE}, as in PyTorch.")
  private ByteSize maxKey = new ByteSize(StoreServerOptions.DEFAULT_MAX_KEY_BYTES);

  @Option(
      names = "--max-keys-per-request",
      paramLabel = "N",
      description =
          "The maximum number of keys per request. Default: ${DEFAULT-VALUE}, as in PyTorch.")
  private int maxKeysPerRequest = StoreServerOptions.DEFAULT_MAX_KEYS_PER_REQUEST;

  @Spec private CommandSpec spec = CommandSpec.create();

  private ServeCommand(Streams streams, Map<String, String> environment) {
    this.streams = streams;
    this.environment = environment;
  }

  /** Creates the command, whose options can also be given as environment variables. */
  static CommandLine commandLine(Streams streams, Map<String, String> environment) {
    return new CommandLine(new ServeCommand(streams, environment))
        .setDefaultValueProvider(new EnvironmentDefaults(environment));
  }

  /**
   * Serves until a signal stops the process, this thread is interrupted, or the server stops by
   * itself.
   */
  @Override
  public Integer call() throws InterruptedException {
    init.requireScript();
    preferTyped();
    StoreServerOptions options = options();
    Optional<AdminOptions.Builder> adminOptions = admin.builder();
    ServiceManager manager = new ServiceManager(environment);
    ServerEndedError ended = new ServerEndedError();
    try (PortFile file = portFile == null ? null : new PortFile(portFile);
        StoreServer server = start(options);
        ControlEndpoint control =
            adminOptions
                .map(o -> new ControlEndpoint(server, ServerRecords.ofUser(environment), o))
                .orElse(null)) {
      // The JVM ends when its shutdown hooks have returned, so the hook closes the server itself.
      Runtime.getRuntime()
          .addShutdownHook(new Thread(() -> stop(manager, file, server, control), "muster-stop"));
      if (file != null) {
        file.write(server.port());
      }
      String banner =
          jobs.isEmpty() && server.jobs().size() == 1
              ? ServeBanner.of(options.bind(), server.addresses(), resetWhenIdle != null)
              : ServeBanner.ofJobs(options.bind(), server.jobs());
      streams.print(
          control == null ? banner : banner + "\n" + ServeBanner.ofControl(control.url()));
      manager.ready(banner.lines().findFirst().orElse(""));
      if (!server.awaitTermination()) {
        throw ended;
      }
    }
    return ExitCode.OK;
  }

  /** Ignores a variable for an option that one on the command line excludes. */
  private void preferTyped() {
    if (isTyped("--job") && !isTyped("--port")) {
      port = null;
    }
    if (isTyped("--port") && !isTyped("--job")) {
      jobs = List.of();
    }
    admin.preferTyped(this::isTyped);
  }

  private boolean isTyped(String option) {
    return spec.commandLine().getParseResult().hasMatchedOption(option);
  }

  private StoreServerOptions options() {
    if (bind != null && bind.isBlank()) {
      throw new IllegalArgumentException(
          "--bind is empty; give an address, a host, a network interface, or '*'");
    }
    StoreServerOptions.Builder options =
        StoreServerOptions.builder()
            .port(requirePort())
            .backend(backend)
            .backlog(positive("--backlog", backlog))
            .keepAlive(keepAlive.idle(), keepAlive.interval(), keepAlive.probes())
            .maxConnections(positive("--max-connections", maxConnections))
            .maxStoredBytes(maxStored.positive("--max-stored").bytes())
            .maxValueBytes(maxValue.positive("--max-value").intBytes("--max-value"))
            .maxKeyBytes(maxKey.positive("--max-key").intBytes("--max-key"))
            .maxKeysPerRequest(positive("--max-keys-per-request", maxKeysPerRequest));
    requireDifferentNames();
    requireSupportedByBackend();
    jobs.forEach(options::job);
    if (resetWhenIdle != null) {
      options.resetWhenIdle(resetWhenIdle);
    }
    if (dataDirectory != null) {
      options.dataDirectory(dataDirectory);
    }
    return bind == null ? options.build() : options.bind(bind).build();
  }

  private int requirePort() {
    Integer given = port;
    if (given == null) {
      return jobs.isEmpty() ? StoreServerOptions.PYTORCH_PORT : 0;
    }
    if (!jobs.isEmpty()) {
      throw new IllegalArgumentException(
          "--port is for a server without --job; give the port of a job as --job NAME:PORT");
    }
    if (given < 0 || given > 65535) {
      throw new IllegalArgumentException("--port must be 0 to 65535 but was " + given);
    }
    return given;
  }

  private void requireDifferentNames() {
    Set<String> names = new HashSet<>();
    for (JobOptions job : jobs) {
      if (!names.add(job.name())) {
        throw new IllegalArgumentException("--job " + job.name() + " was given twice");
      }
    }
  }

  private void requireSupportedByBackend() {
    if (backend == ServerBackend.EVENT_LOOP) {
      return;
    }
    if (jobs.size() > 1) {
      throw new IllegalArgumentException(
          "--backend threaded serves one job, and --job was given " + jobs.size() + " times");
    }
    if (resetWhenIdle != null) {
      throw new IllegalArgumentException("--reset-when-idle needs --backend event-loop");
    }
    if (dataDirectory != null) {
      throw new IllegalArgumentException("--data-dir needs --backend event-loop");
    }
  }

  private static int positive(String option, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(option + " must be at least 1 but was " + value);
    }
    return value;
  }

  private static StoreServer start(StoreServerOptions options) {
    try {
      return StoreServer.start(options);
    } catch (NetworkException | DataDirectoryException e) {
      throw new CommandFailedException(ExitCode.CANNOT_SERVE, String.valueOf(e.getMessage()), e);
    }
  }

  private static void stop(
      ServiceManager manager,
      @Nullable PortFile file,
      StoreServer server,
      @Nullable ControlEndpoint control) {
    manager.stopping();
    try (control;
        server;
        file) {
      // They are closed in reverse order.
    }
  }
}
