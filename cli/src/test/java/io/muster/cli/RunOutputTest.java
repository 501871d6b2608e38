package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.launcher.OutputOptions;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class RunOutputTest {
  private static OutputOptions options(String... args) {
    OutputStream none = OutputStream.nullOutputStream();
    return CommandLine.populateCommand(new RunOutput(), args)
        .options(new Streams(InputStream.nullInputStream(), none, none), Map.of());
  }

  @Test
  void filters_areTextsBetweenCommas_andTwoCommasAreOne() {
    OutputOptions output = options("--log-dir=d", "--duplicate-stdout-filters=a b,c,,d,,,e,");

    assertThat(output.outputFilters()).containsExactly("a b", "c,d,", "e");
    assertThat(output.errorFilters()).isEmpty();
  }
}
