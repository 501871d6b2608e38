package io.muster.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/** How long a program measures that compares two sides turn by turn, and where its report goes. */
final class RunOptions {
  private int rounds = 15;
  private int warmUp;
  private double scale = 1;
  private Pattern only = Pattern.compile("");
  private Optional<Path> file = Optional.empty();
  private Optional<Path> figures = Optional.empty();

  private RunOptions(int warmUp) {
    this.warmUp = warmUp;
  }

  /**
   * The options of a command line.
   *
   * @param usage names the options that there are
   * @param warmUp how many rounds do not count unless the command line says it
   */
  static RunOptions parse(String usage, int warmUp, String... args) {
    RunOptions options = new RunOptions(warmUp);
    for (int i = 0; i < args.length; i += 2) {
      if (i + 1 == args.length || !usage.contains("[" + args[i] + " ")) {
        throw new IllegalArgumentException(usage);
      }
      options.set(args[i], args[i + 1], usage);
    }
    return options;
  }

  private void set(String option, String value, String usage) {
    switch (option) {
      case "--rounds" -> rounds = Integer.parseInt(value);
      case "--warm-up" -> warmUp = Integer.parseInt(value);
      case "--scale" -> scale = Double.parseDouble(value);
      case "--only" -> only = Pattern.compile(value);
      case "--write" -> file = Optional.of(Path.of(value));
      case "--figures" -> figures = Optional.of(Path.of(value));
      default -> throw new IllegalArgumentException(usage);
    }
  }

  int rounds() {
    return rounds;
  }

  int warmUp() {
    return warmUp;
  }

  /** A number of operations, made larger or smaller. */
  int scaled(int operations) {
    return Math.max(2, (int) (operations * scale));
  }

  /** Whether the workload of a name is measured. */
  boolean includes(String name) {
    return only.matcher(name).find();
  }

  /** Where the report goes, if a file was named. */
  Optional<Path> file() {
    return file;
  }

  /** Where figures are, if a file was named. */
  Optional<Path> figures() {
    return figures;
  }

  /** Says which round begins; those with negative numbers do not count. */
  void sayRound(int round) {
    System.err.println(round < 0 ? "warming up" : "round " + (round + 1) + " of " + rounds);
  }

  /** Prints a report, and writes it and its figures to files as far as they were named. */
  void publish(String report, Comparison comparison) throws IOException {
    publish(report);
    if (figures.isPresent()) {
      comparison.writeTo(figures.get());
    }
  }

  /** Prints a report, and writes it to a file if one was named. */
  void publish(String report) throws IOException {
    System.out.print(report);
    if (file.isPresent()) {
      Files.writeString(file.get(), report);
    }
  }
}
