package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Command lines of {@code muster run} that are refused before anything is started. */
class RunMisuseTest {
  /** A comma separates words. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-n1,sh,-c,exit 0,:,sh            | after ':' expected -n N and a program",
        "-n,1,--nproc-per-node,2,sh       | -n excludes --nproc-per-node",
        "-n1,sh,-c,exit 0,:,-n,1          | expected a program before ':' or the end",
        "--rdzv-backend=etcd,x.py         | --rdzv-backend etcd is not supported",
        "--rdzv_conf=a=b,x.py             | --rdzv-conf a is not supported",
        "--event-log-handler,console,x.py | --event-log-handler console is not supported",
        "--signals-to-handle,SIGSEGV,x.py | --signals-to-handle has 'SIGSEGV'",
        "--nproc-per-node,xpu,x.py        | --nproc-per-node xpu is not supported",
        "--node-rank,1,x.py               | the node rank must be 0 to 0",
        "--nnodes,1:4,x.py                | --nnodes 1:4 is not supported",
        "--fly,x.py                       | --fly",
      })
  void options_thatCannotBeHonoured_areRefusedByName(String words, String message) {
    Cli.Result result = Cli.run(("run," + words.strip()).split(",", -1));

    assertThat(result.exitCode()).isEqualTo(ExitCode.MISUSE);
    assertThat(result.err()).startsWith("muster run: ").contains(message).hasLineCount(1);
    assertThat(result.out()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--logs-specs", "--numa-binding", "--print-completion"})
  void optionThatIsNotSupported_isRefused_withDashesOrUnderscores_andAsAVariable(String option) {
    String underscores = "--" + option.substring(2).replace('-', '_');
    String variable = RunVariables.name(option);

    for (String typed : List.of(option, underscores, underscores + "=x")) {
      Cli.Result result = Cli.run("run", typed, "x", "x.py");
      assertThat(result.exitCode()).isEqualTo(ExitCode.MISUSE);
      assertThat(result.err()).startsWith("muster run: " + option + " is not supported: ");
    }
    Cli.Result result = Cli.runWithEnvironment(Map.of(variable, "x"), "run", "x.py");
    assertThat(result.exitCode()).isEqualTo(ExitCode.MISUSE);
    assertThat(result.err()).startsWith("muster run: " + variable + " is set, but " + option);
    assertThat(Cli.run("run", "--help").out()).contains(option);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "PET_NODE_RANK                  | the node rank must be 0 to 0",
        "PET_STDIN                      | --stdin must be 0",
        "TORCH_ELASTIC_SHUTDOWN_TIMEOUT | TORCH_ELASTIC_SHUTDOWN_TIMEOUT must be a number",
      })
  void variableThatCannotBeHonoured_isRefused(String variable, String message) {
    String value = variable.startsWith("PET_") ? "1" : "x";

    Cli.Result result = Cli.runWithEnvironment(Map.of(variable, value), "run", "x.py");

    assertThat(result.exitCode()).isEqualTo(ExitCode.MISUSE);
    assertThat(result.err()).contains(message).hasLineCount(1);
  }
}
