package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.launcher.NodeOptions;
import io.muster.launcher.StoreHosting;
import io.muster.launcher.WorldSpec;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class RunNodesTest {
  private static WorldSpec spec(String... args) {
    WorldSpec.Builder spec = WorldSpec.builder().workers(1, List.of("true"));
    CommandLine.populateCommand(new RunNodes(), args).apply(spec);
    return spec.build();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "                                               | 127.0.0.1 | 0     | ALWAYS",
        "--standalone                                   | 127.0.0.1 | 0     | ALWAYS",
        "--master-port=4                                | 127.0.0.1 | 4     | ALWAYS",
        "--nnodes=2 --node-rank=1                       | 127.0.0.1 | 29500 | NODE_ZERO",
        "--nnodes=2:2 --master-addr=h                   | h         | 29500 | NODE_ZERO",
        "--nnodes=2 --master-addr=h --master-port=4     | h         | 4     | NODE_ZERO",
        "--nnodes=2 --rdzv-endpoint=g:5 --master-addr=h | g         | 5     | NODE_ZERO",
        "--rdzv-backend=c10d                            | localhost | 29400 | OWN_ADDRESS",
        "--rdzv-backend=c10d --rdzv-endpoint=localhost:0 | localhost | 0    | OWN_ADDRESS",
        "--rdzv-backend=c10d --rdzv-endpoint=h          | h         | 29400 | OWN_ADDRESS",
        "--rdzv-backend=c10d --rdzv-endpoint=[::1]:6    | ::1       | 6     | OWN_ADDRESS",
        "--rdzv-backend=c10d --rdzv-endpoint=[::1]      | ::1       | 29400 | OWN_ADDRESS",
        "--rdzv-backend=c10d --host-store               | localhost | 29400 | ALWAYS",
        "--rdzv-backend=c10d --rdzv-conf=is_host=1      | localhost | 29400 | ALWAYS",
        "--rdzv-backend=c10d --rdzv-conf=is_host=False  | localhost | 29400 | NEVER",
      })
  void options_sayWhereTheStoreIs_andWhoHostsIt(
      String options, String host, int port, StoreHosting hosting) {
    WorldSpec spec = spec(options == null ? new String[0] : options.split(" +", -1));

    assertThat(spec.masterAddress()).isEqualTo(host);
    assertThat(spec.masterPort()).isEqualTo(port);
    assertThat(spec.nodes().hosting()).isEqualTo(hosting);
  }

  @Test
  void nodeRank_isZeroByDefault_andFreeWithC10d() {
    assertThat(spec("--nnodes=3").nodes().rank()).hasValue(0);
    assertThat(spec("--nnodes=3", "--node-rank=2").nodes().rank()).hasValue(2);
    String[] c10d = {"--nnodes=3", "--rdzv-backend=c10d", "--rdzv-endpoint=h:1"};
    assertThat(spec(c10d).nodes().rank()).isEmpty();
    assertThat(spec(c10d[0], c10d[1], c10d[2], "--node-rank=1").nodes().rank()).hasValue(1);
    assertThat(spec(c10d[0], c10d[1], c10d[2], "--rdzv-conf=rank=2").nodes().rank()).hasValue(2);
  }

  @Test
  void conf_setsTimeouts() {
    NodeOptions nodes =
        spec("--rdzv-conf=join_timeout=7, keep_alive_interval=2,last_call_timeout=9").nodes();

    assertThat(nodes.joinTimeout()).isEqualTo(Duration.ofSeconds(7));
    assertThat(nodes.keepAliveInterval()).isEqualTo(Duration.ofSeconds(2));
    assertThat(nodes.keepAliveAttempts()).isEqualTo(3);
    assertThat(spec("--rdzv-conf=timeout=8").nodes().joinTimeout())
        .isEqualTo(Duration.ofSeconds(8));
    assertThat(spec().nodes().joinTimeout()).isEqualTo(Duration.ofMinutes(10));
  }

  @Test
  void runId_isTheSameOnAllNodes_andRandomIfStandalone() {
    assertThat(spec("--nnodes=2").runId()).isEqualTo("none");
    assertThat(spec("--master-port=1").runId()).isEqualTo("none");
    assertThat(spec().runId()).hasSize(36);
    assertThat(spec("--rdzv-id=x").runId()).isEqualTo("x");
    assertThat(spec("--standalone").runId()).hasSize(36);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--nnodes=1:4                            | --nnodes 1:4 is not supported",
        "--nnodes=x                              | --nnodes must be a number",
        "--nnodes=0                              | the number of nodes must be positive",
        "--nnodes=2 --node-rank=2                | the node rank must be 0 to 1",
        "--standalone --nnodes=2                 | --standalone excludes --nnodes 2",
        "--standalone --master-port=2            | --standalone excludes --master-port",
        "--rdzv-backend=etcd                     | --rdzv-backend etcd is not supported",
        "--rdzv-backend=c10d --nnodes=2          | needs --rdzv-endpoint",
        "--rdzv-backend=c10d --rdzv-endpoint=h:x | --rdzv-endpoint: 'h:x' is not an endpoint",
        "--rdzv-backend=c10d --rdzv-endpoint=h:65536 | its port is not 0 to 65535",
        "--rdzv-conf=join_timeout                | KEY=VALUE",
        "--rdzv-conf=join_timeout=x              | --rdzv-conf join_timeout must be a number",
        "--rdzv-conf=is_host=maybe               | is_host must be true or false",
        "--rdzv-conf=store_type=file             | store_type=file is not supported",
        "--rdzv-conf=is_host=0 --host-store      | --host-store excludes",
      })
  void options_thatCannotBeHonoured_areRefused(String options, String message) {
    assertThatThrownBy(() -> spec(options.split(" +", -1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
