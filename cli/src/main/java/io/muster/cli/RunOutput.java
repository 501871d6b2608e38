package io.muster.cli;

import io.muster.launcher.OutputOptions;
import io.muster.launcher.StreamSelector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@code muster run} about the standard streams of the ranks. */
final class RunOutput {
  /** Stands for an escaped comma. A command line cannot contain it. */
  private static final String ESCAPED_COMMA = "\0";

  private static final String NONE = "0";
  private static final String PREFIX_VARIABLE = "TORCHELASTIC_LOG_LINE_PREFIX_TEMPLATE";

  @Option(
      names = "--log-dir",
      paramLabel = "DIR",
      description = {
        "Write the output of all ranks to files in this directory, too.",
        "Default: a temporary directory, if another option asks for files."
      })
  private @Nullable Path logDirectory;

  @Option(
      names = {"-r", "--redirects"},
      paramLabel = "STREAMS",
      description =
          "Write streams to files only: 0 none, 1 output, 2 errors, 3 both; or per local rank, as in"
              + " 0:3,10:1.")
  private String redirects = NONE;

  @Option(
      names = {"-t", "--tee"},
      paramLabel = "STREAMS",
      description = "Write streams to files and to the console, in the same form.")
  private String tees = NONE;

  @Option(
      names = "--duplicate-stdout-filters",
      paramLabel = "TEXT,...",
      description = {
        "Also write the lines of --tee that contain one of these texts to one file of all ranks,"
            + " filtered_stdout.log; ',,' stands for a comma."
      })
  private String outputFilters = "";

  @Option(
      names = "--duplicate-stderr-filters",
      paramLabel = "TEXT,...",
      description = "The same for standard error and filtered_stderr.log.")
  private String errorFilters = "";

  @Option(
      names = "--log-line-prefix-template",
      paramLabel = "TEXT",
      description = {
        "What begins each line if there are several ranks; as in torchrun.",
        "Default: " + PREFIX_VARIABLE + ", or the role and the local rank."
      })
  private @Nullable String prefix;

  @Option(
      names = "--collapse",
      description = "Show equal lines of several ranks of this node as one, as in [0-7]:text.")
  private boolean collapsed;

  @Option(
      names = "--local-ranks-filter",
      paramLabel = "R,...",
      split = ",",
      description = "Show the output of these local ranks only. Default: all.")
  private List<Integer> consoleRanks = List.of();

  @Option(
      names = "--stdin",
      paramLabel = "0",
      description = "Give rank 0 the standard input. Default: no rank has any.")
  private @Nullable Integer stdin;

  /**
   * The options as the launcher takes them. Files without a directory get a temporary one.
   *
   * @param say takes a line that names this directory
   * @throws IllegalArgumentException if an option cannot be honoured
   */
  OutputOptions options(Streams streams, Map<String, String> environment, Consumer<String> say) {
    if (stdin != null && stdin != 0) {
      throw new IllegalArgumentException("--stdin must be 0, because only rank 0 can have input");
    }
    OutputOptions.Builder output =
        OutputOptions.builder()
            .redirects(StreamSelector.parse(redirects))
            .tees(StreamSelector.parse(tees))
            .prefix(prefix(environment))
            .collapsed(collapsed)
            .consoleRanks(new HashSet<>(consoleRanks))
            .colored(streams.isTerminal() && !environment.containsKey("NO_COLOR"));
    List<String> outputTexts = texts(outputFilters);
    List<String> errorTexts = texts(errorFilters);
    boolean hasFiles =
        !(redirects.equals(NONE)
            && tees.equals(NONE)
            && outputTexts.isEmpty()
            && errorTexts.isEmpty());
    if (logDirectory != null) {
      output.logDirectory(logDirectory);
    } else if (hasFiles) {
      Path directory = temporaryDirectory();
      say.accept("the files of the ranks are in " + directory);
      output.logDirectory(directory);
    }
    if (stdin != null) {
      output.input(streams.in());
    }
    return output.filters(outputTexts, errorTexts).build();
  }

  private String prefix(Map<String, String> environment) {
    return prefix == null
        ? environment.getOrDefault(PREFIX_VARIABLE, OutputOptions.DEFAULT_PREFIX)
        : prefix;
  }

  private static Path temporaryDirectory() {
    try {
      return Files.createTempDirectory("muster-logs-");
    } catch (IOException e) {
      throw new CommandFailedException(
          ExitCode.FAILED,
          "creating a directory for the files of the ranks failed: "
              + e
              + "; expected --log-dir or a temporary directory that can be written to",
          e);
    }
  }

  /** The texts between commas. Two commas are one that belongs to a text. */
  private static List<String> texts(String filters) {
    return Stream.of(filters.replace(",,", ESCAPED_COMMA).split(",", -1))
        .filter(text -> !text.isEmpty())
        .map(text -> text.replace(ESCAPED_COMMA, ","))
        .toList();
  }
}
