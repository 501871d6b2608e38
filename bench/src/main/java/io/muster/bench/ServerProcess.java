package io.muster.bench;

import io.muster.store.server.Backend;
import io.muster.store.server.StoreServer;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.TCPStore;

/** A server in a process of its own, which ends when its standard input does. */
final class ServerProcess implements AutoCloseable {
  /** What can be served. */
  enum Kind {
    PYTORCH,
    EVENT_LOOP,
    THREADED,
    ECHO
  }

  private static final String READY = "listening on ";
  private static final String HOLDINGS = "holdings";
  private static final String COLLECT = "collect";

  private final Process process;
  private final BufferedReader out;
  private final int port;

  private ServerProcess(Process process, BufferedReader out, int port) {
    this.process = process;
    this.out = out;
    this.port = port;
  }

  /** Starts a server for which the addresses of its clients have what names this machine gives. */
  static ServerProcess start(Kind kind) throws IOException {
    return start(kind, List.of(), List.of());
  }

  /**
   * Starts a server.
   *
   * @param prefix a command that runs the one that follows it, or nothing
   * @param flags for the JVM that the server runs on
   */
  static ServerProcess start(Kind kind, List<String> prefix, List<String> flags)
      throws IOException {
    return start(System.getProperty("java.class.path"), kind, prefix, flags);
  }

  /** Starts a server of the build that comes first on {@code classPath}. */
  static ServerProcess startWith(String classPath, Kind kind) throws IOException {
    return start(classPath, kind, List.of(), List.of());
  }

  private static ServerProcess start(
      String classPath, Kind kind, List<String> prefix, List<String> flags) throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.addAll(
        List.of(
            "-Dorg.bytedeco.javacpp.nopointergc=true",
            "-cp",
            classPath,
            ServerProcess.class.getName(),
            kind.name()));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    String line = out.readLine();
    if (line == null || !line.startsWith(READY)) {
      process.destroy();
      throw new IOException("the " + kind + " server did not start: " + line);
    }
    return new ServerProcess(process, out, Integer.parseInt(line.substring(READY.length())));
  }

  int port() {
    return port;
  }

  long pid() {
    return process.pid();
  }

  /** Processor time that all its threads have used. */
  long cpuNanos() {
    return process.info().totalCpuDuration().orElseThrow().toNanos();
  }

  /** Processor time of each of its threads. */
  ThreadTimes threadTimes() throws IOException {
    return ThreadTimes.of(process.pid());
  }

  /** Memory that it has in use, in bytes. */
  long residentBytes() throws IOException {
    return Machine.residentBytes(process.pid());
  }

  /** How many files it has open, connections among them. */
  int openFiles() throws IOException {
    Path directory = Path.of("/proc/" + process.pid() + "/fd");
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
  ServerHoldings holdings() throws IOException {
    return ask(HOLDINGS);
  }

  /** The same, after a garbage collection. */
  ServerHoldings holdingsCollected() throws IOException {
    return ask(COLLECT);
  }

  private ServerHoldings ask(String question) throws IOException {
    OutputStream in = process.getOutputStream();
    in.write((question + "\n").getBytes(StandardCharsets.UTF_8));
    in.flush();
    String line = out.readLine();
    if (line == null) {
      throw new EOFException("the server has ended");
    }
    return ServerHoldings.parse(line);
  }

  /** Ends it, and waits for its end, which would be in whatever is timed next. */
  @Override
  public void close() {
    process.destroy();
    var unusedProcess = process.onExit().join();
  }

  /** Serves what its argument says until its input ends. */
  public static void main(String[] args) throws IOException {
    switch (Kind.valueOf(args[0])) {
      case PYTORCH -> {
        TCPStore server = PyTorchSide.server();
        serveUntilInputEnds(server.getPort() & 0xffff);
        server.close();
      }
      case EVENT_LOOP -> serveMuster(Backend.EVENT_LOOP);
      case THREADED -> serveMuster(Backend.THREADED);
      case ECHO -> {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
          Thread echo = new Thread(() -> echo(listener), "echo");
          echo.setDaemon(true);
          echo.start();
          serveUntilInputEnds(listener.getLocalPort());
        }
      }
    }
  }

  private static void serveMuster(Backend backend) throws IOException {
    try (StoreServer server =
        StoreServer.start(
            StoreServer.options().backend(backend).maxValueBytes(Workload.HUGE).build())) {
      System.out.println(READY + server.port());
      BufferedReader in =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.equals(COLLECT)) {
          System.gc();
        }
        System.out.println(ServerHoldings.of(server));
      }
    }
  }

  private static void serveUntilInputEnds(int port) throws IOException {
    System.out.println(READY + port);
    long unused = System.in.transferTo(OutputStream.nullOutputStream());
  }

  private static void echo(ServerSocket listener) {
    try (Socket socket = listener.accept()) {
      socket.setTcpNoDelay(true);
      InputStream in = socket.getInputStream();
      OutputStream out = socket.getOutputStream();
      byte[] buffer = new byte[1024];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        out.write(buffer, 0, read);
      }
    } catch (IOException e) {
      // The client has gone.
      return;
    }
  }
}
