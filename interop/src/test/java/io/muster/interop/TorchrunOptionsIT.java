package io.muster.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.ChildProcess;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The options of the installed torchrun. */
@ExtendWith(PythonPyTorch.class)
@Timeout(180)
class TorchrunOptionsIT {
  private static final String PRINT_OPTIONS =
      """
      from torch.distributed.run import get_args_parser
      options = [name for action in get_args_parser()._actions for name in action.option_strings]
      print("=", *options)
      """;

  /** The help also names the options that are refused, which {@code RunMisuseTest} tries. */
  @Test
  void eachOption_isInTheHelpOfMusterRun() {
    try (ChildProcess python =
            ChildProcess.start(
                Map.of("PYTHONWARNINGS", "ignore"),
                List.of(PythonPyTorch.command(), "-c", PRINT_OPTIONS));
        ChildProcess muster = ChildProcess.java("io.muster.cli.Main", "run", "--help")) {
      List<String> options = List.of(python.answer().split(" ", -1));
      assertThat(muster.exitCode()).isZero();
      String help = muster.output();

      assertThat(options)
          .hasSizeGreaterThan(30)
          .allMatch(
              option ->
                  Pattern.compile("(?<![\\w-])" + option.replace('_', '-') + "(?![\\w-])")
                      .matcher(help)
                      .find());
    }
  }
}
