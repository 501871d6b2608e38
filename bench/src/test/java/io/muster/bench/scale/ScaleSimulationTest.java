package io.muster.bench.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.bench.ScaleSimulation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What has to be the same before and after, whatever the costs. */
class ScaleSimulationTest {
  private static final Costs COSTS = costs();
  private static final int ENOUGH = 10_000;

  /** Each operation costs another number of microseconds. */
  private static Costs costs() {
    Map<Operation, Long> nanos = new EnumMap<>(Operation.class);
    for (Operation operation : Operation.values()) {
      nanos.put(operation, 1_000L * (nanos.size() + 1));
    }
    return new Costs(nanos, 40_000, 10_000, 5_000, 700);
  }

  private static Cluster cluster(int ranks, int ranksPerConnection, int backlog) {
    return new Cluster(ranks, ranksPerConnection, 10, 0, backlog);
  }

  @Test
  void start_roomForAll_everyRankIsThroughAndNothingWasDropped() {
    Outcome outcome = Start.simulate(cluster(1_000, 1, ENOUGH), COSTS);

    assertThat(outcome.started()).isEqualTo(1_000);
    assertThat(outcome.connections()).isEqualTo(1_000);
    assertThat(outcome.memory()).isEqualTo(700_000);
    assertThat(outcome.droppedSyns()).isZero();
    // A join's add and one for each of two barriers; the next rank's address and the first's.
    assertThat(outcome.done())
        .containsEntry(Operation.ACCEPT, 1_000L)
        .containsEntry(Operation.HELLO, 1_000L)
        .containsEntry(Operation.ADD, 3_000L)
        .containsEntry(Operation.GET, 2_000L)
        .containsEntry(Operation.WAIT, 4_000L)
        .containsEntry(Operation.SET, 1_002L);
  }

  @Test
  void start_anyNumberOfRanks_serverIsBusyForTheSumOfWhatItDid() {
    Outcome outcome = Start.simulate(cluster(777, 8, 10), COSTS);

    long sum =
        outcome.done().entrySet().stream()
            .mapToLong(done -> done.getValue() * COSTS.of(done.getKey()))
            .sum();
    assertThat(outcome.threadBusy()).isEqualTo(sum).isLessThan(outcome.nanos());
  }

  @Test
  void start_shortAcceptQueue_droppedClientsComeAgainAndAllGetThrough() {
    Outcome outcome = Start.simulate(cluster(1_000, 1, 50), COSTS);

    assertThat(outcome.started()).isEqualTo(1_000);
    assertThat(outcome.mostUnaccepted()).isEqualTo(50);
    assertThat(outcome.droppedSyns()).isPositive();
    assertThat(outcome.nanos()).isGreaterThan(1_000_000_000L);
    assertThat(outcome.limit()).isEqualTo("accept queue");
  }

  @Test
  void start_withRelays_connectionsAreDividedByTheRanksOfANodeAndSetsAreNot() {
    Outcome relayed = Start.simulate(cluster(800, 8, ENOUGH), COSTS);

    assertThat(relayed.started()).isEqualTo(800);
    assertThat(relayed.connections()).isEqualTo(100);
    // Without relays it would be three adds, four waits and two gets of each rank.
    assertThat(relayed.done())
        .containsEntry(Operation.ADD, 3 * 800L / 8)
        .containsEntry(Operation.WAIT, 4 * 800L / 8)
        .containsEntry(Operation.SET, 800L + 2)
        .containsEntry(Operation.GET, 800L + 100);
  }

  @Test
  void start_nodeThatIsNotFull_itsRanksStartToo() {
    Outcome outcome = Start.simulate(cluster(17, 8, ENOUGH), COSTS);

    assertThat(outcome.started()).isEqualTo(17);
    assertThat(outcome.connections()).isEqualTo(3);
  }

  @Test
  void start_spreadOverTime_endsAfterTheLastRankHasBegun() {
    Outcome outcome = Start.simulate(new Cluster(100, 1, 10, 60, ENOUGH), COSTS);

    assertThat(outcome.nanos()).isBetween(59_400_000_000L, 59_500_000_000L);
    assertThat(outcome.mostUnaccepted()).isEqualTo(1);
  }

  @Test
  void start_twice_hasTheSameOutcome() {
    Cluster cluster = cluster(500, 1, 20);

    assertThat(Start.simulate(cluster, COSTS)).isEqualTo(Start.simulate(cluster, COSTS));
  }

  @Test
  void rehearsal_oneThreadOfClients_isNeverShorterThanWhatEitherThreadHasToDo() {
    long accept = COSTS.of(Operation.ACCEPT);
    long serving = accept + COSTS.of(Operation.HELLO) + COSTS.of(Operation.ADD);

    assertThat(Rehearsal.join(COSTS, 100)).isGreaterThanOrEqualTo(100 * Math.max(40_000, serving));
    assertThat(Rehearsal.wake(COSTS, 100))
        .isGreaterThan(100 * Math.max(5_000, COSTS.of(Operation.WAKE)));
    assertThat(Rehearsal.barrier(COSTS, 100)).isGreaterThan(100 * (10_000 + 5_000));
  }

  @Test
  void wireBytes_payloadOfTwoPackets_hasTwiceTheHeaders() {
    assertThat(Network.wireBytes(0)).isEqualTo(90);
    assertThat(Network.wireBytes(1448)).isEqualTo(1448 + 90);
    assertThat(Network.wireBytes(1449)).isEqualTo(1449 + 2 * 90);
  }

  @Test
  void scaleSimulation_figuresOfAFile_writesItsReport(@TempDir Path directory) throws IOException {
    Measurements measured = new Measurements("a machine");
    for (String side : new String[] {"PYTORCH", "MUSTER"}) {
      for (int clients : new int[] {10, 30}) {
        measured.put(side, clients, Measurements.MEMORY, 1);
        for (Phase phase : Phase.values()) {
          measured.put(side, clients, phase.elapsed(), 5);
          measured.put(side, clients, phase.serving(), 7);
          measured.put(side, clients, phase.asking(), 11);
        }
      }
    }
    Path figures = directory.resolve("growth.tsv");
    Path report = directory.resolve("scale.md");
    measured.writeTo(figures);

    ScaleSimulation.main(
        new String[] {
          "--figures", figures.toString(), "--scale", "0.01", "--write", report.toString()
        });

    assertThat(report).content().contains("a machine").contains("| Muster | 1,000 | 125 |");
  }

  @Test
  void figure_thatWasNotMeasured_isMissedByItsName() {
    assertThatThrownBy(() -> new Measurements("a machine").figure("MUSTER", 10, "memory, MiB"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no \"memory, MiB\" of MUSTER with 10 clients");
  }

  @Test
  void read_fileThatIsEmpty_fails(@TempDir Path directory) throws IOException {
    Path file = Files.createFile(directory.resolve("growth.tsv"));

    assertThatThrownBy(() -> Measurements.read(file)).isInstanceOf(IOException.class);
  }
}
