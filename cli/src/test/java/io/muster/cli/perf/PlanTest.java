package io.muster.cli.perf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlanTest {
  @Test
  void sizes_growByTheFactor_andIterationsShrink() {
    var sizes = Plans.of(Collective.ALL_REDUCE, ElementType.F32).sizes(2);

    assertThat(sizes).hasSize(25);
    assertThat(sizes.get(0)).isEqualTo(new Size(4, 1, 500, 500));
    assertThat(sizes.get(20)).isEqualTo(new Size(4 << 20, 1 << 20, 16, 16));
    assertThat(sizes.get(24)).isEqualTo(new Size(64 << 20, 16 << 20, 5, 5));
  }

  @Test
  void sizes_ofPartsForEachRank_areWholePartsAndNeverEmpty() {
    var sizes = Plans.of(Collective.ALL_GATHER, ElementType.F64).sizes(3);

    assertThat(sizes.get(0)).isEqualTo(new Size(24, 1, 500, 500));
    assertThat(sizes.get(1)).isEqualTo(new Size(48, 2, 500, 500));
    assertThat(sizes.get(2)).isEqualTo(new Size(120, 5, 500, 500));
  }

  @Test
  void barrier_hasOneSizeWithoutData() {
    assertThat(Plans.of(Collective.BARRIER, ElementType.F32).sizes(2))
        .containsExactly(new Size(0, 0, 500, 500));
  }

  @ParameterizedTest
  @CsvSource({
    "ALL_REDUCE,F32,SUM,0,4,2,,,the first size must be at least 1 byte",
    "ALL_REDUCE,F32,SUM,8,4,2,,,the last size must not be less than the first",
    "ALL_REDUCE,F32,SUM,4,2147483648,2,,,sizes must be below 2 GiB",
    "ALL_REDUCE,F32,SUM,4,8,1,,,the factor between sizes must be at least 2 but was 1",
    "ALL_REDUCE,F32,SUM,4,8,2,0,,iterations must be at least 1 but was 0",
    "ALL_REDUCE,F32,SUM,4,8,2,1,-1,warm-up calls must be at least 0 but was -1",
    "ALL_REDUCE,I32,AVG,4,8,2,,,'avg is for floating-point types, not for i32'",
    "BARRIER,F32,SUM,4,8,2,,,barrier has no result to check"
  })
  void plan_withoutSense_isRefused(
      Collective collective,
      ElementType type,
      Reduction reduction,
      long first,
      long last,
      int factor,
      @Nullable Integer iterations,
      @Nullable Integer warmUps,
      String why) {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new Plan(
                    collective, type, reduction, 0, first, last, factor, iterations, warmUps, true))
        .withMessage(why);
  }

  @ParameterizedTest
  @CsvSource({
    "BROADCAST,F32,SUM,2,2,the root must be 0 to 1 but was 2",
    "SEND_RECV,F32,SUM,0,1,sendrecv needs at least 2 ranks",
    "ALL_GATHER,F32,SUM,0,5,16 bytes are less than one element of f32 for each of 5 ranks",
    "ALL_REDUCE,BF16,SUM,0,37,'the sum of 37 ranks is not exact in bf16, so it cannot be checked'"
  })
  void plan_withoutSenseForSoManyRanks_isRefused(
      Collective collective,
      ElementType type,
      Reduction reduction,
      int root,
      int worldSize,
      String why) {
    Plan plan = Plans.checked(collective, type, reduction, root, 4, 16);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> plan.validate(worldSize))
        .withMessage(why);
  }
}
