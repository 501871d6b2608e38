package io.muster.cli;

import io.muster.store.NetworkException;
import io.muster.store.server.ServerBackend;
import io.muster.store.server.StoreServer;
import io.muster.store.server.StoreServerOptions;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code muster serve}: a store server in the foreground, until a signal stops it. */
@Command(
    name = "serve",
    description = {
      "Serve a store to PyTorch and Java until SIGTERM or SIGINT.",
      "",
      "Only this machine can connect unless --bind says otherwise: the protocol has neither"
          + " passwords nor encryption. Keys live in memory and are gone with the server.",
      ""
    })
final class ServeCommand implements Callable<Integer> {
  private final Streams streams;

  @Option(
      names = "--bind",
      paramLabel = "ADDR",
      description = {
        "Listen on this address, host or network interface; on all interfaces with '*', by IPv4"
            + " only with 0.0.0.0.",
        "Default: loopback, 127.0.0.1 and ::1."
      })
  private @Nullable String bind;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "Listen on this port, 0 for any free one. Default: ${DEFAULT-VALUE}.")
  private int port = StoreServerOptions.PYTORCH_PORT;

  @Option(
      names = "--port-file",
      paramLabel = "FILE",
      description = {
        "Write the port to this file once the server accepts connections; remove it on a stop.",
        "A file that a killed server left is removed first; one of a running server is an error."
      })
  private @Nullable Path portFile;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      converter = BackendName.class,
      completionCandidates = BackendName.class,
      description = {
        "event-loop: one thread does everything; the default.",
        "threaded: plain sockets and a thread a connection."
      })
  private ServerBackend backend = ServerBackend.EVENT_LOOP;

  @Option(
      names = "--backlog",
      paramLabel = "N",
      description = "Connections that may wait to be accepted. Default: ${DEFAULT-VALUE}.")
  private int backlog = StoreServerOptions.DEFAULT_BACKLOG;

  @Option(
      names = "--keep-alive",
      paramLabel = "IDLE,INTERVAL,PROBES",
      converter = KeepAliveTimes.Converter.class,
      description = {
        "Disconnect a client whose host has vanished: ask after IDLE without a byte, then every"
            + " INTERVAL, and give up after PROBES without an answer. Default: ${DEFAULT-VALUE}."
      })
  private KeepAliveTimes keepAlive = KeepAliveTimes.DEFAULT;

  @Option(
      names = "--max-connections",
      paramLabel = "N",
      description = "Connections at once; further ones are closed. Default: no limit.")
  private int maxConnections = StoreServerOptions.DEFAULT_MAX_CONNECTIONS;

  @Option(
      names = "--max-stored",
      paramLabel = "SIZE",
      converter = ByteSize.Converter.class,
      description = {
        "Keys, values and queued items in all, such as 64MiB or 1g. Who writes beyond is"
            + " disconnected.",
        "Default: what half of the JVM's heap has room for, overheads included."
      })
  private ByteSize maxStored = new ByteSize(StoreServerOptions.DEFAULT_MAX_STORED_BYTES);

  @Option(
      names = "--max-value",
      paramLabel = "SIZE",
      converter = ByteSize.Converter.class,
      description = "The longest value. Default: ${DEFAULT-VALUE}, as PyTorch's.")
  private ByteSize maxValue = new ByteSize(StoreServerOptions.DEFAULT_MAX_VALUE_BYTES);

  @Option(
      names = "--max-key",
      paramLabel = "SIZE",
      converter = ByteSize.Converter.class,
      description = "The longest key. Default: ${DEFAULT-VALUE}, as PyTorch's.")
  private ByteSize maxKey = new ByteSize(StoreServerOptions.DEFAULT_MAX_KEY_BYTES);

  @Option(
      names = "--max-keys-per-request",
      paramLabel = "N",
      description = "Keys in one request. Default: ${DEFAULT-VALUE}, as PyTorch's.")
  private int maxKeysPerRequest = StoreServerOptions.DEFAULT_MAX_KEYS_PER_REQUEST;

  ServeCommand(Streams streams) {
    this.streams = streams;
  }

  /**
   * Serves until the process is stopped by a signal, this thread is interrupted, or the server ends
   * itself.
   */
  @Override
  public Integer call() throws InterruptedException {
    StoreServerOptions options = options();
    ServerEndedError ended = new ServerEndedError();
    try (PortFile file = portFile == null ? null : new PortFile(portFile);
        StoreServer server = start(options)) {
      // The JVM ends when its hooks have, so the hook does the closing itself.
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(file, server), "muster-stop"));
      if (file != null) {
        file.write(server.port());
      }
      streams.print(ServeBanner.of(options.bind(), server.addresses()));
      if (!server.awaitTermination()) {
        throw ended;
      }
    }
    return ExitCode.OK;
  }

  private StoreServerOptions options() {
    if (bind != null && bind.isBlank()) {
      throw new IllegalArgumentException(
          "--bind is empty; give an address, a host, a network interface, or '*'");
    }
    StoreServerOptions.Builder options =
        StoreServerOptions.builder()
            .port(port)
            .backend(backend)
            .backlog(backlog)
            .keepAlive(keepAlive.idle(), keepAlive.interval(), keepAlive.probes())
            .maxConnections(maxConnections)
            .maxStoredBytes(maxStored.bytes())
            .maxValueBytes(maxValue.intBytes("--max-value"))
            .maxKeyBytes(maxKey.intBytes("--max-key"))
            .maxKeysPerRequest(maxKeysPerRequest);
    return bind == null ? options.build() : options.bind(bind).build();
  }

  private static StoreServer start(StoreServerOptions options) {
    try {
      return StoreServer.start(options);
    } catch (NetworkException e) {
      throw new CommandFailedException(ExitCode.CANNOT_SERVE, String.valueOf(e.getMessage()), e);
    }
  }

  private static void stop(@Nullable PortFile file, StoreServer server) {
    try (server) {
      if (file != null) {
        file.close();
      }
    }
  }
}
