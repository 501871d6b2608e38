package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.launcher.OutputOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class RunOutputTest {
  private final List<String> messages = new ArrayList<>();

  private OutputOptions options(String... args) {
    return options(Map.of(), args);
  }

  private OutputOptions options(Map<String, String> environment, String... args) {
    OutputStream none = OutputStream.nullOutputStream();
    return CommandLine.populateCommand(new RunOutput(), args)
        .options(
            new Streams(InputStream.nullInputStream(), none, none), environment, messages::add);
  }

  @Test
  void filters_areTextsBetweenCommas_andTwoCommasAreOne() {
    OutputOptions output = options("--log-dir=d", "--duplicate-stdout-filters=a b,c,,d,,,e,");

    assertThat(output.outputFilters()).containsExactly("a b", "c,d,", "e");
    assertThat(output.errorFilters()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"-r=0:1", "--tee=2", "--duplicate-stderr-filters=a"})
  void filesWithoutADirectory_haveATemporaryOne_whichAMessageNames(String option)
      throws IOException {
    Path directory = options(option).logDirectory().orElseThrow();

    assertThat(messages).containsExactly("the files of the ranks are in " + directory);
    Files.delete(directory);
  }

  @Test
  void prefix_isThatOfTheOption_orOfTheVariable() {
    Map<String, String> environment = Map.of("TORCHELASTIC_LOG_LINE_PREFIX_TEMPLATE", "a");

    assertThat(options().prefix()).isEqualTo(OutputOptions.DEFAULT_PREFIX);
    assertThat(options(environment).prefix()).isEqualTo("a");
    assertThat(options(environment, "--log-line-prefix-template=b").prefix()).isEqualTo("b");
  }

  @Test
  void noFiles_needNoDirectory() {
    assertThat(options("--local-ranks-filter=1").logDirectory()).isEmpty();
    assertThat(options("--log-dir=d", "-t=3").logDirectory()).hasValue(Path.of("d"));
    assertThat(messages).isEmpty();
  }
}
