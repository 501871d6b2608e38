package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
  private static final String COMMANDS =
      "get,set,add,cas,append,wait,check,delete,keys,count,mget,mset,push,pop,len,barrier";

  @Test
  void help_isThereForEveryCommand() {
    assertHelp("", Cli.run("--help"));
    assertHelp("serve ", Cli.run("serve", "--help"));
    assertHelp("perf ", Cli.run("perf", "--help"));
    assertHelp("job ", Cli.run("job", "--help"));
    for (String command : List.of("create", "list", "show", "clear", "remove")) {
      assertHelp("job " + command + " ", Cli.run("job", command, "--help"));
    }
    assertHelp("completion ", Cli.run("completion", "--help"));
    assertHelp("kv ", Cli.run("kv", "-h"));
    for (String command : COMMANDS.split(",", -1)) {
      assertHelp("kv " + command + " ", Cli.run("kv", command, "--help"));
    }
  }

  private static void assertHelp(String command, Cli.Result result) {
    assertThat(result.exitCode()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(result.out())
        .startsWith("Usage: muster " + command + "[")
        .contains("\nExit codes:\n")
        .doesNotContain("${");
  }

  /** Fault F4. */
  @Test
  void helpCommand_showsWhatTheOptionShows() {
    assertThat(Cli.run("help").out()).isEqualTo(Cli.run("--help").out());
    for (String command : List.of("serve", "perf", "kv", "kv get")) {
      String[] names = command.split(" ", -1);
      String help =
          Cli.run(Stream.concat(Stream.of(names), Stream.of("--help")).toArray(String[]::new))
              .out();
      assertThat(
              Cli.run(Stream.concat(Stream.of("help"), Stream.of(names)).toArray(String[]::new))
                  .out())
          .isEqualTo(help);
    }
  }

  /** Fault F1. What starts a process of its own is in LauncherIT. */
  @Test
  void run_anyThrowable_isOneLineAndACode() {
    for (Error thrown : List.of(new OutOfMemoryError("test"), new StackOverflowError("test"))) {
      ByteArrayOutputStream err = new ByteArrayOutputStream();
      OutputStream failing =
          new OutputStream() {
            @Override
            public void write(int b) {
              throw thrown;
            }
          };
      Streams streams = new Streams(InputStream.nullInputStream(), failing, err);

      assertThat(Main.run(streams, "--version")).isEqualTo(ExitCode.JVM_FAILED);
      assertThat(err.toString(StandardCharsets.UTF_8)).startsWith("muster: ").hasLineCount(1);
    }
  }

  @ParameterizedTest
  @CsvSource({"--version,-v", "serve,--version", "kv,-V"})
  void version_isThereForEveryCommand(String first, String second) {
    Cli.Result result = Cli.run(first, second);

    assertThat(result.exitCode()).isZero();
    assertThat(result.out()).matches("muster [0-9][^$]*\nJava [0-9][^$]*\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "                               | muster: Missing required subcommand",
        "kv                             | muster kv: Missing required subcommand",
        "fly                            | muster: Unmatched argument at index 0: 'fly'",
        "kv fly                         | muster kv: Unmatched argument at index 1: 'fly'",
        "sevre                          | muster: Unmatched argument at index 0: 'sevre'; did you mean"
            + " serve?",
        "kv --endpiont h:1 get k        | muster kv: Unknown options: '--endpiont', 'h:1'; did you mean"
            + " --endpoint?",
        "help fly                       | muster: unknown command 'fly'; choose one of serve, kv, job,"
            + " perf, run, demo, completion, help",
        "kv --endpoint http://h:1 get a | muster kv: Invalid value for option '--endpoint': 'http://h:1'"
            + " is not an endpoint: expected HOST:PORT or tcp://HOST:PORT",
        "kv --endpoint tcp://h:1?r=0 len a | muster kv: Invalid value for option '--endpoint':"
            + " 'tcp://h:1?r=0' is not an endpoint: nothing may follow HOST:PORT",
        "kv get                         | muster kv get: Missing required parameter: 'KEY'",
        "kv gte a                       | muster kv: Unmatched arguments from index 1: 'gte', 'a'; did"
            + " you mean get?",
        "kv lne a                       | muster kv: Unmatched arguments from index 1: 'lne', 'a'; did"
            + " you mean len?",
        "kv len a b                     | muster kv len: Unmatched argument at index 3: 'b'",
        "job shwo a                     | muster job: Unmatched arguments from index 1: 'shwo', 'a'; did"
            + " you mean show?",
        "serve --no-admni               | muster serve: Unknown option: '--no-admni'; did you mean"
            + " --no-admin?",
        "serve --admin x                | muster serve: Invalid value for option '--admin': 'x' is not an"
            + " endpoint: its port is not a number",
        "serve --admin ::1:80           | muster serve: Invalid value for option '--admin': '::1:80' is"
            + " not an endpoint: an IPv6 address needs brackets, as in [::1]:29500",
        "serve --admin 70000            | muster serve: Invalid value for option '--admin': '70000' is"
            + " not an endpoint: its port is not 0 to 65535",
        "serve --admin [1:2]:80         | muster serve: Invalid value for option '--admin': '[1:2]:80'"
            + " is not an address to listen on: it names no address of a host",
        "kv get --bogus a               | muster kv get: Unknown option: '--bogus'",
        "kv set a --bogus               | muster kv set: Unknown option: '--bogus'",
        "kv wait                        | muster kv wait: Missing required parameter: 'KEY'",
        "kv barrier b                   | muster kv barrier: Missing required parameter: 'WORLD_SIZE'",
        "kv --endpoint 29500 get a      | muster kv: Invalid value for option '--endpoint': '29500' is"
            + " not an endpoint: expected HOST:PORT",
        "kv get a --timeout 5           | muster kv get: Invalid value for option '--timeout': '5' is"
            + " not a duration such as 300ms, 5s, 2m or 1h",
        "perf                           | muster perf: Missing required parameter: 'COLLECTIVE'",
        "perf fly                       | muster perf: Invalid value for positional parameter at index 0"
            + " (COLLECTIVE): 'fly' is not a collective; choose one of allreduce, reduce, broadcast,"
            + " allgather, reducescatter, gather, scatter, alltoall, sendrecv, barrier",
        "perf reduce --op avf           | muster perf: Invalid value for option '--op': 'avf' is not an"
            + " operator; choose one of sum, prod, min, max, avg",
        "perf reduce -d F32             | muster perf: Invalid value for option '--dtype': 'F32' is not"
            + " a type of elements; choose one of f32, f64, i32, i64, i8, u8, f16, bf16",
        "serve --backend fast           | muster serve: Invalid value for option '--backend': 'fast' is"
            + " not a backend; choose one of event-loop, threaded",
        "serve --max-value huge         | muster serve: Invalid value for option '--max-value': 'huge'"
            + " is not a size such as 4096, 512k, 64MiB or 1g"
      })
  void misuse_isOneLineThatPointsToTheHelp(
      @org.jspecify.annotations.Nullable String line, String err) {
    Cli.Result result = Cli.run(line == null ? new String[0] : line.split(" +"));

    assertThat(result.exitCode()).isEqualTo(ExitCode.MISUSE);
    String command = err.substring(0, err.indexOf(':'));
    assertThat(result.err()).isEqualTo(err + " (see " + command + " --help)\n");
    assertThat(result.out()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--port 70000",
        "--backlog 0",
        "--max-connections 0",
        "--max-stored 0",
        "--max-value 0",
        "--max-key 0",
        "--max-keys-per-request 0",
        "--max-value 2g"
      })
  void serve_limitThatCannotBe_isMisuse(String option) {
    Cli.Result result = Cli.run(("serve " + option).split(" "));

    assertThat(result.exitCode()).isEqualTo(ExitCode.MISUSE);
    assertThat(result.err())
        .startsWith("muster serve: " + option.substring(0, option.indexOf(' ')) + " must be ")
        .hasLineCount(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--port 1 --job a",
        "--job a --job a",
        "--job a --job b --backend threaded",
        "--job a:70000",
        "--job a/b",
        "--job a,world-size=0",
        "--job a,worldsize=2",
        "--job :1",
        "--no-admin --admin 0",
        "--no-admin --admin-token-file f",
        "--admin-token-file /nowhere/token"
      })
  void serve_jobThatCannotBe_isMisuse(String options) {
    Cli.Result result = Cli.run(("serve " + options).split(" "));

    assertThat(result.exitCode()).isEqualTo(ExitCode.MISUSE);
    assertThat(result.err()).startsWith("muster serve: ").contains("--").hasLineCount(1);
    assertThat(result.out()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--nproc 0 allreduce",
        "--nproc 2 --rank 0 allreduce",
        "--nproc 2 --world-size 2 allreduce",
        "--nproc 2 --init-method env:// allreduce",
        "--nproc 2 --root 2 broadcast",
        "--nproc 37 --check --dtype bf16 allreduce",
        "--dtype i8 --op avg allreduce",
        "--check barrier",
        "-b 0 allreduce",
        "-e 2g allreduce",
        "-f 1 allreduce",
        "--init-method tcp://127.0.0.1 --rank 0 --world-size 1 allreduce"
      })
  void perf_whatCannotBe_isMisuse(String options) {
    Cli.Result result = Cli.run(("perf " + options).split(" "));

    assertThat(result.exitCode()).isEqualTo(ExitCode.MISUSE);
    assertThat(result.err()).startsWith("muster perf: ").hasLineCount(1);
    assertThat(result.out()).isEmpty();
  }

  @Test
  void completion_isAScriptForTheShell() {
    Cli.Result result = Cli.run("completion");

    assertThat(result.exitCode()).isZero();
    assertThat(result.out())
        .startsWith("#!")
        .contains("complete -F _complete_muster", "--endpoint");
  }
}
