package io.muster.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.collectives.ReduceOp;
import io.muster.collectives.Tensor;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RanksTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void run_isEachOfTheRanks(int size) {
    Set<Integer> ran = new ConcurrentSkipListSet<>();

    Ranks.run(
        size,
        group -> {
          int[] data = {1};
          group.allReduce(Tensor.of(data), ReduceOp.SUM);
          assertThat(data).containsExactly(size);
          ran.add(group.rank());
        });

    assertThat(ran).hasSize(size).allMatch(rank -> rank < size);
  }

  @Test
  void run_withARankThatThrows_namesItAndGivesTheCause() {
    IOException gone = new IOException("disk gone");

    assertThatThrownBy(
            () ->
                Ranks.run(
                    3,
                    group -> {
                      if (group.rank() == 1) {
                        throw gone;
                      }
                    }))
        .isInstanceOf(AssertionError.class)
        .hasMessage("rank 1 of 3: java.io.IOException: disk gone")
        .hasCause(gone);
  }

  @Test
  void run_ofNobody_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Ranks.run(0, group -> {}))
        .withMessage("the size of a world must be at least 1 but was 0");
  }

  @Test
  void run_withANegativeTimeout_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Ranks.run(1, Duration.ofSeconds(-1), group -> {}))
        .withMessage("timeout must not be negative but was PT-1S");
  }
}
