package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.muster.collectives.ProcessGroup;
import io.muster.collectives.ProcessGroupOptions;
import io.muster.collectives.ProcessGroups;
import io.muster.collectives.ReduceOp;
import io.muster.collectives.Tensor;
import io.muster.fixtures.Eventually;
import io.muster.store.server.StoreServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code muster perf} as processes of their own. */
@Tag("worlds-of-processes")
class PerfIT {
  private static final long PATIENCE_SECONDS = 40;

  /** An option that perf passes on to its ranks. */
  private static final String ENDLESS = "--iterations=1000000000";

  @TempDir private Path directory = Path.of("");

  @Test
  void nproc_printsOneTable() throws IOException, InterruptedException {
    try (Child perf =
        new Child(
            directory,
            Child.muster(
                "perf", "--nproc", "3", "alltoall", "-b", "1k", "-e", "4k", "-n", "5", "-c"))) {
      assertThat(perf.exitCode()).as(perf.err()).isZero();
      assertThat(perf.err()).isEmpty();
      assertThat(perf.out().lines().toList())
          .hasSize(4 + 3 + 2)
          .startsWith("# muster perf: alltoall of 3 ranks")
          .contains("# wrong elements: 0");
      assertThat(perf.out().lines().skip(4).limit(3))
          .allSatisfy(
              row -> assertThat(row).matches(" +[0-9]+ +[0-9]+ +f32 +none +-1( +[0-9.]+){3} +0"));
    }
  }

  @Test
  void nprocWithJson_printsOneDocument() throws IOException, InterruptedException {
    try (Child perf =
        new Child(
            directory,
            Child.muster(
                "perf", "--nproc=2", "reduce", "-b", "4", "-e", "4", "-w", "1", "--json"))) {
      assertThat(perf.exitCode()).as(perf.err()).isZero();
      int documents = 0;
      try (JsonParser parser = new JsonFactory().createParser(perf.out())) {
        for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
          documents += parser.getParsingContext().inRoot() ? 1 : 0;
        }
      }
      assertThat(documents).as("the begin and the end of one").isEqualTo(1);
      assertThat(perf.out()).contains("\"root\" : 0", "\"iterations\" : 500", "\"warm_ups\" : 1");
    }
  }

  @Test
  void rankThatSendsAWrongElement_failsTheRun() throws IOException, InterruptedException {
    try (StoreServer store = StoreServer.start()) {
      String port = Integer.toString(store.port());
      Map<String, String> environment =
          Map.of(
              "MASTER_ADDR", "127.0.0.1",
              "MASTER_PORT", port,
              "TORCHELASTIC_USE_AGENT_STORE", "True");
      ProcessBuilder builder =
          Child.muster("perf", "--rank", "0", "--world-size", "2", "--init-method");
      builder.command().add("tcp://127.0.0.1:" + port);
      builder.command().addAll(List.of("broadcast", "--root", "1", "-d", "f64", "--check"));
      builder.command().addAll(List.of("-b", "80", "-e", "80", "-n", "2", "-w", "0"));
      builder.environment().putAll(environment);
      try (Child perf = new Child(directory, builder);
          ProcessGroups groups = new ProcessGroups()) {
        ProcessGroupOptions options =
            ProcessGroupOptions.builder()
                .initMethod("tcp://127.0.0.1:" + port)
                .rank(1)
                .worldSize(2)
                .timeout(Duration.ofSeconds(PATIENCE_SECONDS))
                .environment(environment)
                .build();

        sendWrongElement(groups.initProcessGroup(options));

        assertThat(perf.exitCode()).isEqualTo(ExitCode.WRONG);
        assertThat(perf.err())
            .isEqualTo(
                "rank 0 has 1 wrong elements at 80 bytes, the first at index 7: 0.5, expected 38.0\n");
        assertThat(perf.out()).contains("# wrong elements: 1\n");
      }
    }
  }

  private static void sendWrongElement(ProcessGroup group) {
    double[] elements = new double[10];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = 31 + i;
    }
    elements[7] = 0.5;
    group.barrier();
    for (int call = 0; call < 2; call++) {
      group.broadcast(Tensor.of(elements), 1);
    }
    group.allReduce(Tensor.of(new double[1]), ReduceOp.MAX);
    group.broadcast(Tensor.of(elements), 1);
    group.allReduce(Tensor.of(new long[1]), ReduceOp.SUM);
    group.barrier();
  }

  private Child endlessRun() throws IOException {
    return new Child(
        directory, Child.muster("perf", "--nproc", "2", "allreduce", "-e", "4", ENDLESS));
  }

  private static List<ProcessHandle> awaitRanks(Child perf) {
    long start = System.nanoTime();
    List<ProcessHandle> ranks = ranks(perf);
    while (ranks.size() < 2) {
      assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS));
      Eventually.pause();
      ranks = ranks(perf);
    }
    return ranks;
  }

  /** Those that run; a process that is about to become one still has other arguments. */
  private static List<ProcessHandle> ranks(Child perf) {
    return perf.process()
        .children()
        .filter(it -> it.info().arguments().map(List::of).orElse(List.of()).contains(ENDLESS))
        .toList();
  }

  private static void assertEnds(List<ProcessHandle> ranks) {
    assertThat(ranks)
        .allSatisfy(
            rank -> assertThat(rank.onExit()).succeedsWithin(Duration.ofSeconds(PATIENCE_SECONDS)));
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void rankThatDies_endsTheOthersAndTheRun() throws IOException, InterruptedException {
    try (Child perf = endlessRun()) {
      List<ProcessHandle> ranks = awaitRanks(perf);

      assertThat(ranks.get(1).destroyForcibly()).isTrue();

      assertThat(perf.exitCode()).isEqualTo(137);
      assertThat(perf.err())
          .containsPattern(
              "muster perf: rank [01] failed first \\(.*\\): SIGKILL \\(exit code 137\\)");
      assertEnds(ranks);
    }
  }

  @ParameterizedTest
  @DisabledOnOs(OS.WINDOWS)
  @CsvSource({"TERM,143", "KILL,137"})
  void signal_endsAllRanks(String signal, int exitCode) throws IOException, InterruptedException {
    try (Child perf = endlessRun()) {
      List<ProcessHandle> ranks = awaitRanks(perf);

      int sent =
          new ProcessBuilder("kill", "-" + signal, Long.toString(perf.process().pid()))
              .start()
              .waitFor();

      assertThat(sent).isZero();
      assertThat(perf.exitCode()).isEqualTo(exitCode);
      assertEnds(ranks);
    }
  }
}
