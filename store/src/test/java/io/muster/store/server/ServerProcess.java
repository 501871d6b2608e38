package io.muster.store.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A server as a process of its own, for Linux. Says where it listens, and on each line of input how
 * many connections and waits there are, and how many bytes its clients have not acknowledged.
 */
final class ServerProcess {
  private ServerProcess() {}

  /**
   * Runs it.
   *
   * @param args the backend, and optionally what to bind
   */
  public static void main(String[] args) throws IOException {
    StoreServerOptions.Builder options =
        StoreServerOptions.builder()
            .backend(ServerBackend.valueOf(args[0]))
            // With the system's own value of any of them, 7200, 75 and 9, VanishedHostIT fails.
            .keepAlive(Duration.ofSeconds(1), Duration.ofSeconds(3), 1);
    if (args.length > 1) {
      options.bind(args[1]);
    }
    try (StoreServer server = StoreServer.start(options.build());
        BufferedReader input =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      System.out.println(
          "= "
              + server.addresses().stream()
                  .map(address -> address.getAddress().getHostAddress())
                  .collect(Collectors.joining(" "))
              + " "
              + server.port());
      while (input.readLine() != null) {
        StoreServerStatistics counts = server.statistics();
        System.out.println(
            String.format(
                Locale.ROOT,
                "= %d %d %d",
                counts.openConnections(),
                counts.waits(),
                unacknowledgedBytes()));
      }
    }
  }

  /** The send queues of all TCP sockets in this process's network namespace. */
  private static long unacknowledgedBytes() throws IOException {
    long bytes = 0;
    for (String table : List.of("tcp", "tcp6")) {
      Path path = Path.of("/proc/net", table);
      if (Files.exists(path)) {
        List<String> lines = Files.readAllLines(path);
        for (String line : lines.subList(1, lines.size())) {
          String sendQueue = line.strip().split("\\s+", -1)[4].split(":", -1)[0];
          bytes += Long.parseLong(sendQueue, 16);
        }
      }
    }
    return bytes;
  }
}
