package io.muster.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.ChildProcess;
import io.muster.rendezvous.Rendezvous;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Worlds with many ranks, and with much output. */
@EnabledOnOs(OS.LINUX)
class WorldSizesIT {
  @TempDir private Path directory = Path.of("");

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
        written=DIR/$TORCHELASTIC_RESTART_COUNT
        if [ $RANK != 0 ]; then
          seq -f 'abcdefghijklmnopqrstuvwxyz %.0f.' 1 1000
          : >$written.$RANK
          seq -f 'abcdefghijklmnopqrstuvwxyz %.0f.' 1001 50000
          exec sleep 600
        fi
        while [ ! -e $written.1 ] || [ ! -e $written.2 ]; do sleep 0.05; done
        [ $TORCHELASTIC_RESTART_COUNT = 2 ] && kill -TERM $$
        exit 3
        """
            .replace("DIR", directory.toString());
    try (Launch launch = Launch.start(Launch.sh(3, script).maxRestarts(2))) {
      assertThat(launch.result().exitCode()).isEqualTo(143);
      assertThat(launch.result().attempts()).isEqualTo(3);
      List<String> lines = launch.out().lines().toList();
      int whole = wholeLinesInOrder(lines, 1) + wholeLinesInOrder(lines, 2);
      assertThat(whole).isGreaterThanOrEqualTo(2 * 3 * 1000);
      // The last line of a worker that is stopped may be a part.
      assertThat(lines).hasSizeBetween(whole, whole + 6);
    }
  }

  /** Counts the lines of a rank, each of which has the number after that of the one before. */
  private static int wholeLinesInOrder(List<String> lines, int rank) {
    Pattern whole =
        Pattern.compile("\\[default" + rank + "\\]:abcdefghijklmnopqrstuvwxyz ([0-9]+)\\.");
    int last = 0;
    int count = 0;
    for (String line : lines) {
      Matcher matcher = whole.matcher(line);
      if (matcher.matches()) {
        int number = Integer.parseInt(matcher.group(1));
        assertThat(number).as("after %d of rank %d", last, rank).isIn(last + 1, 1);
        last = number;
        count++;
      }
    }
    return count;
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
