package io.muster.cli.perf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ReportTest {
  private static final Plan CHECKED =
      Plans.checked(Collective.ALL_REDUCE, ElementType.F32, Reduction.SUM, 0, 1000, 4000);
  private static final Plan UNCHECKED = Plans.of(Collective.GATHER, ElementType.BF16);

  private static Measurement measurement(long bytes, double micros, OptionalLong wrong) {
    return new Measurement(new Size(bytes, (int) bytes / 4, 2, 1), micros, 1.5, wrong);
  }

  @Test
  void table_hasTheColumnsOfNcclTests() {
    Table table = new Table(CHECKED);
    Measurement measurement = measurement(4_000_000, 2000, OptionalLong.of(3));

    assertThat(table.head(4))
        .containsExactly(
            "# muster perf: allreduce of 4 ranks",
            "#",
            "#       size         count    type   redop    root       time    algbw    busbw  #wrong",
            "#        (B)    (elements)                               (us)   (GB/s)   (GB/s)");
    assertThat(table.row(measurement))
        .isEqualTo(
            "     4000000       1000000     f32     sum      -1    2000.00    2.000    3.000       3");
    assertThat(table.foot(new Summary(List.of(measurement))))
        .containsExactly("# wrong elements: 3", "# average bus bandwidth: 3.000 GB/s");
  }

  @Test
  void table_withoutCheck_saysSo() {
    Table table = new Table(UNCHECKED);
    Measurement measurement = measurement(4000, 12.5, OptionalLong.empty());

    assertThat(table.head(1)).startsWith("# muster perf: gather of 1 rank");
    assertThat(table.row(measurement))
        .isEqualTo(
            "        4000          1000    bf16    none       1      12.50    0.320    0.480     N/A");
    assertThat(table.foot(new Summary(List.of(measurement))))
        .contains("# wrong elements: not checked (see --check)");
  }

  @Test
  void json_hasWhatTheTableHas() {
    Summary summary =
        new Summary(
            List.of(
                measurement(1000, 10, OptionalLong.of(0)),
                measurement(4000, 20, OptionalLong.of(2))));

    assertThat(new JsonReport(CHECKED, 4, summary).text())
        .isEqualToIgnoringNewLines(
            """
            {
              "collective" : "allreduce",
              "world_size" : 4,
              "dtype" : "f32",
              "op" : "sum",
              "root" : -1,
              "checked" : true,
              "sizes" : [ {
                "bytes" : 1000,
                "count" : 250,
                "warm_ups" : 1,
                "iterations" : 2,
                "time_us" : 10.0,
                "algorithm_gb_per_s" : 0.1,
                "bus_gb_per_s" : 0.15000000000000002,
                "wrong" : 0
              }, {
                "bytes" : 4000,
                "count" : 1000,
                "warm_ups" : 1,
                "iterations" : 2,
                "time_us" : 20.0,
                "algorithm_gb_per_s" : 0.2,
                "bus_gb_per_s" : 0.30000000000000004,
                "wrong" : 2
              } ],
              "wrong" : 2,
              "average_bus_gb_per_s" : 0.22500000000000003
            }
            """
                .stripTrailing());
  }

  @Test
  void json_withoutCheck_hasNoNumberOfWrongElements() {
    Summary summary = new Summary(List.of(measurement(1000, 10, OptionalLong.empty())));

    assertThat(new JsonReport(UNCHECKED, 2, summary).text())
        .contains("\"wrong\" : null", "\"checked\" : false", "\"root\" : 1", "\"op\" : \"none\"");
  }
}
