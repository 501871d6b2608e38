package io.muster.bench;

import static java.lang.Double.NaN;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class SideBySideTest {
  @Test
  void run_threeSides_eachRoundBeginsWithAnotherAndOnlyCountedRoundsCount()
      throws IOException, InterruptedException {
    List<String> order = new ArrayList<>();
    SideBySide run = new SideBySide(new Options(2, 1), "a", "b", "c");

    run.add(
        "work",
        (side, round) -> {
          order.add(round + side);
          return side.equals("c") ? Map.of() : Map.of("work", round + 1.0);
        });
    run.run();

    assertThat(order).containsExactly("-1c", "-1a", "-1b", "0a", "0b", "0c", "1b", "1c", "1a");
    assertThat(run.results().table(name -> true))
        .isEqualTo(
            """
            | what | a | b | ratio | c | ratio |
            |---|---:|---:|---:|---:|---:|
            | work | 1.50 (1.00–2.00) | 1.50 (1.00–2.00) | **1.00 (1.00–1.00)** | – | **–** |""");
  }

  @Test
  void run_timedOperations_areScaledAndDividedAndLeftOutByName()
      throws IOException, InterruptedException {
    Options options = new Options(1, 0);
    new CommandLine(options).parseArgs("--scale", "0.5", "--only", "^get");
    SideBySide run = new SideBySide(options, "a", "b");

    run.addTimed("get, µs", 100, (side, operations) -> side.equals("a") ? operations * 2e3 : NaN);
    run.addTimed("set, µs", 100, (side, operations) -> operations);
    run.run();

    assertThat(run.results().names()).containsExactly("get, µs");
    assertThat(run.results().of("get, µs", "a").median()).isEqualTo(2);
    assertThat(run.results().of("get, µs", "b").count()).isZero();
  }
}
