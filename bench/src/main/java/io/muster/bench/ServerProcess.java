package io.muster.bench;

import io.muster.fixtures.ChildProcess;
import io.muster.fixtures.ParentProcess;
import io.muster.store.server.ServerBackend;
import io.muster.store.server.StoreServer;
import io.muster.store.server.StoreServerOptions;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;

/** A server in a process of its own, which ends when its standard input does. */
public final class ServerProcess implements AutoCloseable {
  /** The servers that can be started. */
  public enum Kind {
    PYTORCH,
    EVENT_LOOP,
    THREADED,
    ECHO
  }

  /** The longest value that Muster's servers take. */
  public static final int MAX_VALUE_BYTES = 64 << 20;

  /** JVM options for PyTorch's server, which runs in native code. */
  private static final List<String> SMALL_JVM =
      List.of("-Xms8m", "-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  /** The JVM options of {@code ./muster serve}. */
  private static final List<String> FLAGS_OF_SERVE = List.of("-XX:+UseSerialGC");

  private static final long TIMEOUT_MILLIS = 60_000;
  private static final String HOLDINGS = "holdings";
  private static final String COLLECT = "collect";

  private final ChildProcess process;
  private final int port;

  private ServerProcess(ChildProcess process) {
    this.process = process;
    this.port = Integer.parseInt(process.answer());
  }

  /** Starts a server with JVM options, and blocks until it listens. */
  public static ServerProcess start(Kind kind, String... flags) {
    return start(kind, List.of(), List.of(flags));
  }

  /**
   * Starts PyTorch's or Muster's server with the JVM options that suit it best, and blocks until it
   * listens.
   *
   * @param prefix the beginning of the command line, such as a command that runs its arguments
   */
  public static ServerProcess startBest(String side, List<String> prefix) {
    return side.equals(SideBySide.PYTORCH)
        ? start(Kind.PYTORCH, prefix, SMALL_JVM)
        : start(Kind.EVENT_LOOP, prefix, FLAGS_OF_SERVE);
  }

  private static ServerProcess start(Kind kind, List<String> prefix, List<String> flags) {
    List<String> command = new ArrayList<>(prefix);
    List<String> options = new ArrayList<>(flags);
    options.add("-Dorg.bytedeco.javacpp.nopointergc=true");
    command.addAll(ChildProcess.javaCommand(options, ServerProcess.class, kind.name()));
    return new ServerProcess(ChildProcess.start(Map.of(), command));
  }

  public int port() {
    return port;
  }

  public long pid() {
    return process.pid();
  }

  /** CPU time that all its threads have used. */
  public long cpuNanos() {
    return ProcessHandle.of(pid())
        .flatMap(handle -> handle.info().totalCpuDuration())
        .orElseThrow()
        .toNanos();
  }

  /** CPU time of each of its threads. */
  public ThreadTimes threadTimes() throws IOException {
    return ThreadTimes.of(pid());
  }

  /** Memory that it has in use, in bytes. */
  public long residentBytes() throws IOException {
    return Machine.residentBytes(pid());
  }

  /** How many files it has open, connections among them. */
  public int openFiles() throws IOException {
    Path directory = Path.of("/proc/" + pid() + "/fd");
    int counted = (int) Files.size(directory);
    if (counted > 0) {
      return counted;
    }
    // Before Linux 6.2 they have to be listed, which takes the server's locks for a while.
    try (Stream<Path> files = Files.list(directory)) {
      return (int) files.count();
    }
  }

  /** What a server of Muster's holds at this moment. */
  public ServerHoldings holdings() {
    return ServerHoldings.parse(process.ask(HOLDINGS));
  }

  /** The same after a garbage collection. */
  public ServerHoldings holdingsCollected() {
    return ServerHoldings.parse(process.ask(COLLECT));
  }

  /** Kills the server, and blocks until it has ended, so that its end takes no time of others. */
  @Override
  public void close() {
    process.close();
  }

  /** A store of PyTorch's C++ at a port, with a server on libuv in this process or without. */
  public static TCPStore pyTorch(int port, boolean server) {
    TCPStoreOptions options = new TCPStoreOptions();
    options.port((short) port);
    options.isServer(server);
    options.waitWorkers(false);
    options.useLibUV(true);
    options.timeout(new Milliseconds(TIMEOUT_MILLIS));
    return new TCPStore("127.0.0.1", options);
  }

  /** Runs the server that its argument names until standard input ends. */
  public static void main(String[] args) throws IOException {
    switch (Kind.valueOf(args[0])) {
      case PYTORCH -> {
        TCPStore server = pyTorch(0, true);
        ParentProcess.answer(server.getPort() & 0xffff);
        ParentProcess.awaitEnd();
        server.close();
      }
      // Without more options, so that this runs with earlier versions of the store, too.
      case EVENT_LOOP -> serve(StoreServerOptions.builder());
      case THREADED -> serve(StoreServerOptions.builder().backend(ServerBackend.THREADED));
      case ECHO -> {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
          Thread echo = new Thread(() -> echo(listener), "echo");
          echo.setDaemon(true);
          echo.start();
          ParentProcess.answer(listener.getLocalPort());
          ParentProcess.awaitEnd();
        }
      }
    }
  }

  private static void serve(StoreServerOptions.Builder options) throws IOException {
    try (StoreServer server = StoreServer.start(options.maxValueBytes(MAX_VALUE_BYTES).build())) {
      ParentProcess.answer(server.port());
      ParentProcess.answerEach(
          line -> {
            if (line.equals(COLLECT)) {
              System.gc();
            }
            return ServerHoldings.of(server);
          });
    }
  }

  private static void echo(ServerSocket listener) {
    try (Socket socket = listener.accept()) {
      socket.setTcpNoDelay(true);
      InputStream in = socket.getInputStream();
      long unused = in.transferTo(socket.getOutputStream());
    } catch (IOException e) {
      // The client has gone.
      return;
    }
  }
}
