package io.muster.launcher;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Where the output of workers goes. Immutable.
 *
 * <p>Without a change to the defaults, the only worker of a world shares the standard output and
 * error of this process. Several workers write to them line by line, with a prefix.
 */
public final class OutputOptions {
  /** The default prefix, as in {@code torchrun}. */
  public static final String DEFAULT_PREFIX = "[${role_name}${local_rank}]:";

  private final Builder settings;

  private OutputOptions(Builder settings) {
    this.settings = settings;
  }

  /** Returns a builder with the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** The directory for files; empty for one that is deleted at the end. */
  public Optional<Path> logDirectory() {
    return settings.logDirectory;
  }

  /** The streams that go to files and not to the console. */
  public StreamSelector redirects() {
    return settings.redirects;
  }

  /** The streams that go to files and to the console. */
  public StreamSelector tees() {
    return settings.tees;
  }

  /** The texts whose lines of standard output are also in a file of all workers. */
  public List<String> outputFilters() {
    return settings.outputFilters;
  }

  /** The texts whose lines of standard error are also in a file of all workers. */
  public List<String> errorFilters() {
    return settings.errorFilters;
  }

  /** The prefix of lines, with macros. */
  public String prefix() {
    return settings.prefix;
  }

  /** Whether prefixes are coloured. */
  public boolean colored() {
    return settings.colored;
  }

  /** Whether equal lines of several workers are shown as one. */
  public boolean isCollapsed() {
    return settings.collapsed;
  }

  /** The local ranks whose output is shown on the console; empty for all. */
  public Set<Integer> consoleRanks() {
    return settings.consoleRanks;
  }

  /** Where standard output is shown; empty for that of this process. */
  public Optional<OutputStream> console() {
    return settings.console;
  }

  /** Where standard error is shown; empty for that of this process. */
  public Optional<OutputStream> errorConsole() {
    return settings.errorConsole;
  }

  /** The standard input of rank 0; empty for no input. */
  public Optional<InputStream> input() {
    return settings.input;
  }

  boolean isTee(int localRank, boolean error) {
    StreamSelector tees =
        settings.logDirectory.isPresent() && settings.tees.isNone() && settings.redirects.isNone()
            ? StreamSelector.ALL
            : settings.tees;
    return error ? tees.hasError(localRank) : tees.hasOutput(localRank);
  }

  boolean isRedirect(int localRank, boolean error) {
    return error ? settings.redirects.hasError(localRank) : settings.redirects.hasOutput(localRank);
  }

  boolean isOnConsole(int localRank, boolean error) {
    boolean selected = settings.consoleRanks.isEmpty() || settings.consoleRanks.contains(localRank);
    return selected && (isTee(localRank, error) || !isRedirect(localRank, error));
  }

  /** Builds {@link OutputOptions}. */
  public static final class Builder {
    private Optional<Path> logDirectory = Optional.empty();
    private StreamSelector redirects = StreamSelector.NONE;
    private StreamSelector tees = StreamSelector.NONE;
    private List<String> outputFilters = List.of();
    private List<String> errorFilters = List.of();
    private String prefix = DEFAULT_PREFIX;
    private boolean colored;
    private boolean collapsed;
    private Set<Integer> consoleRanks = Set.of();
    private Optional<OutputStream> console = Optional.empty();
    private Optional<OutputStream> errorConsole = Optional.empty();
    private Optional<InputStream> input = Optional.empty();

    private Builder() {}

    private Builder(Builder other) {
      logDirectory = other.logDirectory;
      redirects = other.redirects;
      tees = other.tees;
      outputFilters = other.outputFilters;
      errorFilters = other.errorFilters;
      prefix = other.prefix;
      colored = other.colored;
      collapsed = other.collapsed;
      consoleRanks = other.consoleRanks;
      console = other.console;
      errorConsole = other.errorConsole;
      input = other.input;
    }

    /**
     * Writes files to {@code <directory>/<run id>_<random>/attempt_<n>/<local rank>/}: {@code
     * stdout.log}, {@code stderr.log} and {@code error.json}. Without redirects and tees, all
     * streams go to files and to the console.
     */
    public Builder logDirectory(Path directory) {
      logDirectory = Optional.of(directory);
      return this;
    }

    /** Sends streams to files instead of the console. Default: none. */
    public Builder redirects(StreamSelector streams) {
      redirects = Objects.requireNonNull(streams);
      return this;
    }

    /** Sends streams to files as well as the console. Takes precedence. Default: none. */
    public Builder tees(StreamSelector streams) {
      tees = Objects.requireNonNull(streams);
      return this;
    }

    /**
     * Also writes the lines of tees that contain one of these texts to a file of all workers:
     * {@code filtered_stdout.log} or {@code filtered_stderr.log} in {@code attempt_<n>/}. Each line
     * has the prefix. Local ranks that the console does not show are left out, as in {@code
     * torchrun}. An empty list, the default, stands for no file.
     */
    public Builder filters(List<String> output, List<String> error) {
      outputFilters = List.copyOf(output);
      errorFilters = List.copyOf(error);
      return this;
    }

    /**
     * Sets what begins each line on the console, if there is more than one rank. The macros are
     * <code>${role_name}</code>, <code>${rank}</code>, <code>${local_rank}</code> and <code>
     * ${hostname}</code>. Default: {@link #DEFAULT_PREFIX}.
     */
    public Builder prefix(String template) {
      prefix = Objects.requireNonNull(template);
      return this;
    }

    /**
     * Sets whether equal lines that several workers of this node write within half a second are
     * shown as one, with the ranks instead of the prefix, as in {@code [0-3,5]:}. Lines that one
     * worker repeats are all shown. Files are complete. Default: false.
     */
    public Builder collapsed(boolean collapsed) {
      this.collapsed = collapsed;
      return this;
    }

    /** Colours prefixes by rank, for a terminal. Default: false. */
    public Builder colored(boolean colored) {
      this.colored = colored;
      return this;
    }

    /** Shows the output of these local ranks only. Files are not affected. Default: all. */
    public Builder consoleRanks(Set<Integer> localRanks) {
      consoleRanks = Set.copyOf(localRanks);
      return this;
    }

    /**
     * Sets where output is shown, instead of the standard streams of this process. The streams are
     * not closed. One thread at a time writes to each. A stream that is given for both must be
     * thread-safe.
     */
    public Builder consoles(OutputStream output, OutputStream error) {
      console = Optional.of(output);
      errorConsole = Optional.of(error);
      return this;
    }

    /**
     * Gives local rank 0 a standard input. A thread reads the stream until its end or until the
     * worker ends, also ahead of the worker. Default: workers have no input.
     */
    public Builder input(InputStream input) {
      this.input = Optional.of(input);
      return this;
    }

    /**
     * Returns the options.
     *
     * @throws IllegalArgumentException if there are filters and no log directory
     */
    public OutputOptions build() {
      if (logDirectory.isEmpty() && !(outputFilters.isEmpty() && errorFilters.isEmpty())) {
        throw new IllegalArgumentException("filters need a log directory");
      }
      return new OutputOptions(new Builder(this));
    }
  }
}
