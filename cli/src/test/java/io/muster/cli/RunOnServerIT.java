package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.ChildProcess;
import io.muster.fixtures.Eventually;
import io.muster.store.Store;
import io.muster.store.TcpStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code muster run} on two nodes that meet in a {@code muster serve}, which outlives the runs. */
@EnabledOnOs(OS.LINUX)
@Timeout(180)
class RunOnServerIT {
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "GLOO_SOCKET_IFNAME",
          "lo",
          "JAVA_TOOL_OPTIONS",
          String.join(" ", ChildProcess.SHORT_RUN));

  @TempDir private Path directory = Path.of("");

  /** A node with one rank, which makes a process group with that of the other node. */
  private static ChildProcess node(int port, int joinTimeout) {
    return ChildProcess.java(
        ENVIRONMENT,
        Main.class,
        "run",
        "--nnodes=2",
        "--rdzv-backend=c10d",
        "--rdzv-endpoint=127.0.0.1:" + port,
        "--rdzv-conf=join_timeout=" + joinTimeout,
        "--class-path=" + System.getProperty("java.class.path"),
        Main.class.getName(),
        "perf",
        "allreduce",
        "--maxbytes=4",
        "--iterations=1",
        "--check");
  }

  private static void runSucceeds(int port) {
    try (ChildProcess one = node(port, 60);
        ChildProcess other = node(port, 60)) {
      assertThat(one.exitCode()).as(one::output).isZero();
      assertThat(other.exitCode()).as(other::output).isZero();
      assertThat(one.output() + other.output()).contains("# wrong elements: 0");
    }
  }

  @Test
  void theSameCommand_runsAgain_alsoAfterANodeNeverCame() throws IOException, InterruptedException {
    Path portFile = directory.resolve("port");
    ProcessBuilder serve =
        Child.muster(
            "serve", "--no-admin", "--reset-when-idle", "--port=0", "--port-file=" + portFile);
    try (Child server = new Child(directory, serve)) {
      int port = server.awaitPort(portFile);

      runSucceeds(port);
      runSucceeds(port);
      try (ChildProcess alone = node(port, 3)) {
        assertThat(alone.exitCode()).as(alone::output).isEqualTo(1);
        assertThat(alone.output()).contains("1 of 2 nodes have joined within 3.0 s");
      }
      runSucceeds(port);

      try (Store store = TcpStore.connect("127.0.0.1", port)) {
        Eventually.assertThat(store::numKeys).isEqualTo(0L);
      }
      assertThat(server.err()).contains("forgotten");
    }
  }
}
