package io.muster.cli.perf;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CollectiveTest {
  @ParameterizedTest
  @CsvSource({
    "ALL_REDUCE,1.5,1",
    "REDUCE,1,1",
    "BROADCAST,1,1",
    "ALL_GATHER,0.75,4",
    "REDUCE_SCATTER,0.75,4",
    "GATHER,0.75,4",
    "SCATTER,0.75,4",
    "ALL_TO_ALL,0.75,4",
    "SEND_RECV,1,1"
  })
  void fourRanks_haveTheFactorsOfNcclTests(Collective collective, double factor, int parts) {
    assertThat(collective.busFactor(4)).isEqualTo(factor);
    assertThat(collective.parts(4)).isEqualTo(parts);
  }
}
