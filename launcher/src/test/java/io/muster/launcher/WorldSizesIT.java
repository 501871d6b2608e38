package io.muster.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.ChildProcess;
import io.muster.rendezvous.Rendezvous;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Worlds with many ranks, and with much output. */
@EnabledOnOs(OS.LINUX)
class WorldSizesIT {
  @Test
  void ranksOfShell_allRun_alsoAfterARestart() {
    String script = "[ $TORCHELASTIC_RESTART_COUNT = 1 ] || exit 3; echo $RANK of $WORLD_SIZE";
    try (Launch launch = Launch.start(Launch.sh(64, script).maxRestarts(1))) {
      assertThat(launch.result().exitCode()).isZero();
      assertThat(launch.out().lines())
          .containsExactlyInAnyOrderElementsOf(
              IntStream.range(0, 64)
                  .mapToObj(rank -> "[default" + rank + "]:" + rank + " of 64")
                  .toList());
    }
  }

  @Test
  void ranksOfJava_meet() {
    List<String> command =
        ChildProcess.javaCommand(
            List.of("-XX:TieredStopAtLevel=1", "-Xmx64m"),
            MusterWorker.class,
            Meeting.class.getName());
    try (Launch launch = Launch.start(WorldSpec.builder().workers(8, command))) {
      assertThat(launch.result().exitCode()).as(launch.err()).isZero();
      assertThat(launch.out().lines())
          .hasSize(8)
          .allMatch(line -> line.matches("\\[default[0-7]\\]:8 ranks have met"));
    }
  }

  /** Lines of one rank stay whole and in order while all are stopped and started again. */
  @Test
  void restart_whileOutputIsHeavy_tearsNoLine() {
    String script =
        """
        if [ $RANK != 0 ]; then
          yes abcdefghijklmnopqrstuvwxyz | head -n 50000
          exec sleep 600
        fi
        [ $TORCHELASTIC_RESTART_COUNT = 2 ] && kill -TERM $$
        sleep 0.2
        exit 3
        """;
    try (Launch launch = Launch.start(Launch.sh(3, script).maxRestarts(2))) {
      assertThat(launch.result().exitCode()).isEqualTo(143);
      assertThat(launch.result().attempts()).isEqualTo(3);
      // The last line of a worker that is stopped may be a part.
      assertThat(
              launch
                  .out()
                  .lines()
                  .filter(line -> !line.matches("\\[default[12]\\]:abcdefghijklmnopqrstuvwxyz")))
          .hasSizeLessThanOrEqualTo(6);
    }
  }

  /** A rank that meets the others in the store. */
  static final class Meeting {
    private Meeting() {}

    public static void main(String[] args) {
      try (Rendezvous met = Rendezvous.of("env://")) {
        met.store().barrier("all", met.worldSize(), Duration.ofMinutes(1));
        System.out.println(met.worldSize() + " ranks have met");
      }
    }
  }
}
