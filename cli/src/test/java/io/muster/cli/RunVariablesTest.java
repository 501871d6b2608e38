package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class RunVariablesTest {
  private static @Nullable Object value(
      Map<String, String> environment, String option, String... args) {
    OutputStream none = OutputStream.nullOutputStream();
    Streams streams = new Streams(InputStream.nullInputStream(), none, none);
    CommandLine run = RunCommand.commandLine(streams, environment);
    return run.parseArgs(args).commandSpec().findOption(option).getValue();
  }

  @Test
  void commandLine_takesPrecedence() {
    Map<String, String> environment = Map.of("PET_MAX_RESTARTS", "3");

    assertThat(value(environment, "--max-restarts", "x.py")).isEqualTo(3);
    assertThat(value(environment, "--max-restarts", "--max_restarts=4", "x.py")).isEqualTo(4);
  }

  /** torchrun takes the variable of a flag for a number. */
  @ParameterizedTest
  @CsvSource({"1,true", "2,true", "true,true", "0,false", "false,false", "'',false"})
  void flag_isAnyValueButZero(String text, boolean set) {
    assertThat(value(Map.of("PET_NO_PYTHON", text), "--no-python", "x.py")).isEqualTo(set);
  }

  @Test
  void emptyVariable_isAsIfNotSet() {
    Map<String, String> environment = Map.of("PET_ROLE", "", "PET_MASTER_PORT", "");

    assertThat(value(environment, "--role", "x.py")).isEqualTo("default");
    assertThat(value(environment, "--master-port", "x.py")).isNull();
  }
}
