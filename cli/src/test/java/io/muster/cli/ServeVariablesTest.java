package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * The options of {@code muster serve} as environment variables; {@link ServeAdminIT} has a process.
 */
class ServeVariablesTest {
  private static final Streams NONE =
      new Streams(
          InputStream.nullInputStream(), new ByteArrayOutputStream(), new ByteArrayOutputStream());

  private static Map<String, String> environment(String assignments) {
    Map<String, String> environment = new HashMap<>();
    for (String assignment : assignments.split(";", -1)) {
      String[] parts = assignment.strip().split("=", 2);
      environment.put(parts[0], parts[1]);
    }
    return environment;
  }

  private static ParseResult parsed(Map<String, String> environment, String... args) {
    CommandLine serve = ServeCommand.commandLine(NONE, environment);
    return serve.parseArgs(args);
  }

  private static Object value(ParseResult parsed, String option) {
    return parsed.commandSpec().findOption(option).getValue();
  }

  @Test
  void everyOption_hasAVariable() {
    Map<String, String> environment =
        environment(
            "MUSTER_INIT=true; MUSTER_BIND=::1; MUSTER_PORT=1; MUSTER_JOB=a:1 b,world-size=2; MUSTER_PORT_FILE=f;"
                + " MUSTER_BACKEND=threaded; MUSTER_ADMIN=2; MUSTER_NO_ADMIN=true;"
                + " MUSTER_ADMIN_TOKEN_FILE=t; MUSTER_ADMIN_TLS_CERT=c; MUSTER_ADMIN_TLS_KEY=k;"
                + " MUSTER_BACKLOG=3; MUSTER_KEEP_ALIVE=2s,1s,1;"
                + " MUSTER_MAX_CONNECTIONS=4; MUSTER_MAX_STORED=1m; MUSTER_MAX_VALUE=2k;"
                + " MUSTER_MAX_KEY=1k; MUSTER_MAX_KEYS_PER_REQUEST=5;"
                + " MUSTER_RESET_WHEN_IDLE=6s; MUSTER_DATA_DIR=d");

    ParseResult parsed = parsed(environment);

    List<OptionSpec> options =
        parsed.commandSpec().options().stream()
            .filter(o -> !o.usageHelp() && !o.versionHelp() && !o.inherited())
            .toList();
    assertThat(options).hasSameSizeAs(environment.keySet());
    assertThat(value(parsed, "--port")).isEqualTo(1);
    assertThat((List<?>) value(parsed, "--job")).hasSize(2);
    assertThat(value(parsed, "--no-admin")).isEqualTo(true);
    assertThat(value(parsed, "--reset-when-idle")).isEqualTo(Duration.ofSeconds(6));
    assertThat(value(parsed, "--max-value")).hasToString("2KiB");
    assertThat(options).allSatisfy(o -> assertThat(o.<Object>getValue()).isNotNull());
  }

  @Test
  void commandLine_takesPrecedence() {
    ParseResult parsed = parsed(environment("MUSTER_MAX_VALUE=2k"), "--max-value", "3k");

    assertThat(value(parsed, "--max-value")).hasToString("3KiB");
  }

  @ParameterizedTest
  @CsvSource({"MUSTER_PORT=", "MUSTER_PORT=tcp://10.0.0.1:29500"})
  void variableThatIsEmpty_orOfKubernetes_isAsIfNotSet(String assignment) {
    assertThat(
            parsed(environment(assignment)).commandSpec().findOption("--port").<Object>getValue())
        .isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "MUSTER_PORT=x | | muster serve: Invalid value for option '--port': 'x' is not an int; --port"
            + " is from the variable MUSTER_PORT (see muster serve --help)",
        "MUSTER_PORT=70000 | | muster serve: --port must be 0 to 65535 but was 70000; --port is from"
            + " the variable MUSTER_PORT",
        "MUSTER_PORT=70000; MUSTER_JOB=a | | muster serve: --port is for a server without --job; give"
            + " the port of a job as --job NAME:PORT; --port is from the variable MUSTER_PORT; --job is"
            + " from the variable MUSTER_JOB",
        "MUSTER_PORT=1 | --port 70000 | muster serve: --port must be 0 to 65535 but was 70000",
        "MUSTER_NO_ADMIN=true; MUSTER_ADMIN_TOKEN_FILE=t | | muster serve: --no-admin excludes"
            + " --admin-token-file; --no-admin is from the variable MUSTER_NO_ADMIN;"
            + " --admin-token-file is from the variable MUSTER_ADMIN_TOKEN_FILE",
        "MUSTER_NO_ADMIN=true; MUSTER_ADMIN_TLS_KEY=k | | muster serve: --no-admin excludes"
            + " --admin-tls-key; --no-admin is from the variable MUSTER_NO_ADMIN;"
            + " --admin-tls-key is from the variable MUSTER_ADMIN_TLS_KEY",
        "MUSTER_ADMIN_TLS_CERT=c | | muster serve: --admin-tls-cert needs --admin-tls-key, the file"
            + " with the key of the certificate; --admin-tls-cert is from the variable"
            + " MUSTER_ADMIN_TLS_CERT",
        "MUSTER_ADMIN_TLS_CERT=c; MUSTER_ADMIN_TLS_KEY=k | --no-admin --backlog 0 | muster serve:"
            + " --backlog must be at least 1 but was 0",
        "MUSTER_ADMIN_TLS_CERT=/no/c | --admin-tls-key k | muster serve: --admin-tls-cert with"
            + " --admin-tls-key: reading the certificate chain from /no/c failed: there is no such"
            + " file; --admin-tls-cert is from the variable MUSTER_ADMIN_TLS_CERT",
        "MUSTER_JOB=a b | --port 70000 | muster serve: --port must be 0 to 65535 but was 70000",
        "MUSTER_NO_ADMIN=true | --admin 0 --backlog 0 | muster serve: --backlog must be at least 1"
            + " but was 0"
      })
  void failure_namesTheVariable_ifItIsToBlame(
      String assignments, @Nullable String options, String line) {
    String args = options == null ? "serve" : "serve " + options;

    Cli.Result result = Cli.runWithEnvironment(environment(assignments), args.split(" "));

    assertThat(result.exitCode()).isEqualTo(ExitCode.MISUSE);
    assertThat(result.err()).isEqualTo(line + "\n");
  }
}
