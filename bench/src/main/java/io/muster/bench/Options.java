package io.muster.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** The options of a benchmark: how long it measures, and where its page and its figures go. */
public final class Options {
  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "The number of rounds that count, ${DEFAULT-VALUE} by default.")
  private int rounds;

  @Option(
      names = "--warm-up",
      paramLabel = "N",
      description = "The number of rounds before them, ${DEFAULT-VALUE} by default.")
  private int warmUp;

  @Option(
      names = "--scale",
      paramLabel = "F",
      description = "A factor for the number of operations in a round.")
  private double scale = 1;

  @Option(
      names = "--only",
      paramLabel = "REGEX",
      description = "What is measured, by a part of its name.")
  private Pattern only = Pattern.compile("");

  @Option(names = "--write", paramLabel = "FILE", description = "Where the page goes.")
  private Optional<Path> file = Optional.empty();

  @Option(names = "--figures", paramLabel = "FILE", description = "Where the figures are.")
  private Optional<Path> figures = Optional.empty();

  /**
   * Creates the options with their defaults.
   *
   * @param rounds the number of rounds that count
   * @param warmUp the number of rounds before them
   */
  public Options(int rounds, int warmUp) {
    this.rounds = rounds;
    this.warmUp = warmUp;
  }

  public int rounds() {
    return rounds;
  }

  public int warmUp() {
    return warmUp;
  }

  /** Multiplies a number of operations by {@code --scale}; returns at least 2. */
  public int scaled(int operations) {
    return Math.max(2, (int) (operations * scale));
  }

  /** Whether the workload of this name is measured: {@code --only} matches a part of the name. */
  public boolean includes(String name) {
    return only.matcher(name).find();
  }

  /** The file that the page is written to; empty if none was named. */
  public Optional<Path> file() {
    return file;
  }

  /** The file that the figures are written to or read from; empty if none was named. */
  public Optional<Path> figures() {
    return figures;
  }

  /** Prints a page, and writes it to a file if one was named. */
  public void publish(String page) throws IOException {
    System.out.print(page);
    if (file.isPresent()) {
      Files.writeString(file.get(), page);
    }
  }
}
