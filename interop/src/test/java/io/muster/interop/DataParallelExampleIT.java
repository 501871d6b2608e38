package io.muster.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The command of {@code examples/ddp/README.md}: PyTorch's DDP with a Java rank. */
@ExtendWith(PythonPyTorch.class)
@Timeout(300)
class DataParallelExampleIT {
  private static final Path README = Path.of("..", "examples", "ddp", "README.md");
  private static final String PARAMETERS =
      ", parameters equal on 4 ranks: 1.000 2.000 3.000 4.000 0.500";

  @TempDir private Path directory = Path.of("");

  private static double[] losses(String text) {
    return Pattern.compile("mean loss (\\S+)")
        .matcher(text)
        .results()
        .map(MatchResult::group)
        .mapToDouble(found -> Double.parseDouble(found.replaceFirst(".* ", "")))
        .toArray();
  }

  @Test
  void pythonAndJavaRanks_averageGradients_andHoldEqualParameters()
      throws IOException, InterruptedException {
    String readme = Files.readString(README);
    String command =
        readme.lines().filter(line -> line.startsWith("    ./muster ")).findFirst().orElseThrow();
    Map<String, String> environment =
        Map.of(
            "PYTHON_EXEC",
            PythonPyTorch.command(),
            "GLOO_SOCKET_IFNAME",
            "lo",
            "PATH",
            Path.of(System.getProperty("java.home"), "bin")
                + File.pathSeparator
                + System.getenv("PATH"));

    try (Launched run = Launched.documented(directory, environment, command.strip())) {
      assertThat(run.exitCode()).as(run::output).isZero();
      List<String> lines = run.lines();
      assertThat(lines)
          .contains(
              "[default0]:Python" + PARAMETERS,
              "[default1]:Python" + PARAMETERS,
              "[default2]:Python" + PARAMETERS,
              "[default3]:Java" + PARAMETERS);
      double[] losses = losses(String.join("\n", lines));
      assertThat(losses).hasSize(6);
      assertThat(losses[5]).isLessThan(losses[0] / 1000);
      assertThat(readme).contains("[default3]:Java" + PARAMETERS);
    }
  }
}
