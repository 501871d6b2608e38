package io.muster.bench;

import io.muster.store.server.Backend;
import io.muster.store.server.StoreServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
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

  private final Process process;
  private final int port;

  private ServerProcess(Process process, int port) {
    this.process = process;
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
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.addAll(
        List.of(
            "-Dorg.bytedeco.javacpp.nopointergc=true",
            "-cp",
            System.getProperty("java.class.path"),
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
    return new ServerProcess(process, Integer.parseInt(line.substring(READY.length())));
  }

  int port() {
    return port;
  }

  /** Processor time that all its threads have used. */
  long cpuNanos() {
    return process.info().totalCpuDuration().orElseThrow().toNanos();
  }

  /** Memory that it has in use, in bytes. */
  long residentBytes() throws IOException {
    return Machine.residentBytes(process.pid());
  }

  /** How many files it has open, connections among them. */
  int openFiles() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
      return (int) files.count();
    }
  }

  @Override
  public void close() {
    process.destroy();
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
    try (StoreServer server = StoreServer.start(StoreServer.options().backend(backend).build())) {
      serveUntilInputEnds(server.port());
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
