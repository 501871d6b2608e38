package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.ChildProcess;
import io.muster.fixtures.FreePort;
import io.muster.fixtures.NetworkNamespace;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** {@code muster run} on several nodes: processes of their own, on one host or in namespaces. */
@EnabledOnOs(OS.LINUX)
class RunNodesIT {
  private static final String UP_AND_WAIT =
      "echo '= up' $TORCHELASTIC_RESTART_COUNT $RANK $WORLD_SIZE; exec sleep 600";

  /** Six seconds, so that a machine with much to do is not mistaken for one that has vanished. */
  private static final String QUICK_KEEP_ALIVE =
      "--rdzv-conf=keep_alive_interval=1,keep_alive_max_attempt=6";

  private static String[] run(List<String> options, String script) {
    List<String> words = new ArrayList<>(List.of("run", "--log-line-prefix-template="));
    words.addAll(options);
    words.addAll(List.of("--no-python", "sh", "-c", script));
    return words.toArray(String[]::new);
  }

  private static List<String> node(int rank, int port, String... others) {
    List<String> options =
        new ArrayList<>(List.of("--nnodes=2", "--node-rank=" + rank, "--master-port=" + port));
    options.addAll(List.of(others));
    return options;
  }

  @Test
  void launcherOfANodeIsKilled_othersEndWithOne() {
    int port = FreePort.find();
    try (ChildProcess zero =
            ChildProcess.java(Main.class, run(node(0, port, QUICK_KEEP_ALIVE), UP_AND_WAIT));
        ChildProcess one =
            ChildProcess.java(Main.class, run(node(1, port, QUICK_KEEP_ALIVE), UP_AND_WAIT))) {
      assertThat(zero.answer()).isEqualTo("up 0 0 2");
      assertThat(one.answer()).isEqualTo("up 0 1 2");

      one.signal("KILL");

      assertThat(zero.exitCode()).isEqualTo(1);
      assertThat(zero.output()).contains("muster run: node 1 (").contains("has vanished");
    }
  }

  @Test
  void launcherThatHostsTheStoreIsKilled_othersEndWithThree() {
    int port = FreePort.find();
    try (ChildProcess zero = ChildProcess.java(Main.class, run(node(0, port), UP_AND_WAIT));
        ChildProcess one = ChildProcess.java(Main.class, run(node(1, port), UP_AND_WAIT))) {
      assertThat(zero.answer()).isEqualTo("up 0 0 2");
      assertThat(one.answer()).isEqualTo("up 0 1 2");

      zero.signal("KILL");

      assertThat(one.exitCode()).isEqualTo(3);
      assertThat(one.output()).contains("muster run: the store was lost: ");
    }
  }

  @Test
  void launcherIsStopped_allEndWithItsSignal() {
    int port = FreePort.find();
    try (ChildProcess zero = ChildProcess.java(Main.class, run(node(0, port), UP_AND_WAIT));
        ChildProcess one = ChildProcess.java(Main.class, run(node(1, port), UP_AND_WAIT))) {
      assertThat(zero.answer()).isEqualTo("up 0 0 2");
      assertThat(one.answer()).isEqualTo("up 0 1 2");

      one.signal("TERM");

      assertThat(one.exitCode()).isEqualTo(143);
      assertThat(zero.exitCode()).isEqualTo(143);
      assertThat(zero.output()).contains("muster run: stopped by SIGTERM on node 1 (");
    }
  }

  /** Both nodes have the same command line; the one with the address hosts the store. */
  @Test
  void nodesOfTwoHosts_meetAndRestart_andOneIsCutOff() {
    try (NetworkNamespace here = NetworkNamespace.create();
        NetworkNamespace there = NetworkNamespace.create()) {
      here.connect("10.200.0.1/24", there, "10.200.0.2/24");
      String failOnce =
          "[ $TORCHELASTIC_RESTART_COUNT = 1 ] || [ $GROUP_RANK = 0 ] || exit 9; " + UP_AND_WAIT;
      String[] command =
          run(
              List.of(
                  "--nnodes=2",
                  QUICK_KEEP_ALIVE,
                  "--max-restarts=1",
                  "--rdzv-backend=c10d",
                  "--rdzv-endpoint=10.200.0.1"),
              failOnce);
      try (ChildProcess client = there.java(Main.class, command);
          ChildProcess host = here.java(Main.class, command)) {
        awaitSecondAttempt(client);
        awaitSecondAttempt(host);
        assertThat(client.output().lines()).contains("muster run: restarting all ranks, restart 1");

        there.ip("link set host0 down");

        assertThat(host.exitCode()).isEqualTo(1);
        assertThat(host.output()).contains("has vanished");
        assertThat(client.exitCode()).isEqualTo(3);
      }
    }
  }

  private static void awaitSecondAttempt(ChildProcess node) {
    String answer = node.answer();
    while (answer.startsWith("up 0")) {
      answer = node.answer();
    }
    assertThat(answer).startsWith("up 1").endsWith(" 2");
  }
}
