package io.muster.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SideBySideTest {
  @Test
  void run_threeSides_eachRoundBeginsWithAnotherAndOnlyCountedRoundsCount()
      throws IOException, InterruptedException {
    List<String> order = new ArrayList<>();
    SideBySide run =
        new SideBySide(Options.parse("[--rounds N] [--warm-up N]", 2, 1), "a", "b", "c");

    run.run(
        List.of(
            (side, round) -> {
              order.add(round + side);
              return side.equals("c") ? Map.of() : Map.of("work", round + 1.0);
            }));

    assertThat(order).containsExactly("-1c", "-1a", "-1b", "0a", "0b", "0c", "1b", "1c", "1a");
    assertThat(run.results().table(name -> true))
        .isEqualTo(
            """
            | what | a | b | ratio | c | ratio |
            |---|---:|---:|---:|---:|---:|
            | work | 1.50 (1.00–2.00) | 1.50 (1.00–2.00) | **1.00 (1.00–1.00)** | – | **–** |""");
  }
}
