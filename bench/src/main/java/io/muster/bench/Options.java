package io.muster.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/** How long a program measures, and where its page and its figures go. */
public final class Options {
  private int rounds;
  private int warmUp;
  private double scale = 1;
  private Pattern only = Pattern.compile("");
  private Optional<Path> file = Optional.empty();
  private Optional<Path> figures = Optional.empty();

  private Options(int rounds, int warmUp) {
    this.rounds = rounds;
    this.warmUp = warmUp;
  }

  /**
   * The options of a command line.
   *
   * @param usage names the options that there are
   * @param rounds how many rounds count, and how many of warm-up precede them, unless the command
   *     line says so
   */
  public static Options parse(String usage, int rounds, int warmUp, String... args) {
    Options options = new Options(rounds, warmUp);
    for (int i = 0; i < args.length; i += 2) {
      if (i + 1 == args.length || !usage.contains(args[i] + " ")) {
        throw new IllegalArgumentException(usage);
      }
      String value = args[i + 1];
      switch (args[i]) {
        case "--rounds" -> options.rounds = Integer.parseInt(value);
        case "--warm-up" -> options.warmUp = Integer.parseInt(value);
        case "--scale" -> options.scale = Double.parseDouble(value);
        case "--only" -> options.only = Pattern.compile(value);
        case "--write" -> options.file = Optional.of(Path.of(value));
        case "--figures" -> options.figures = Optional.of(Path.of(value));
        default -> throw new IllegalArgumentException(usage);
      }
    }
    return options;
  }

  public int rounds() {
    return rounds;
  }

  public int warmUp() {
    return warmUp;
  }

  /** A number of operations, made larger or smaller. */
  public int scaled(int operations) {
    return Math.max(2, (int) (operations * scale));
  }

  /** Whether the workload of a name is measured. */
  public boolean includes(String name) {
    return only.matcher(name).find();
  }

  /** Where the page goes, if a file was named. */
  public Optional<Path> file() {
    return file;
  }

  /** Where figures are, if a file was named. */
  public Optional<Path> figures() {
    return figures;
  }

  /** Says which round begins; those with negative numbers do not count. */
  void sayRound(int round, int rounds) {
    System.err.println(round < 0 ? "warming up" : "round " + (round + 1) + " of " + rounds);
  }

  /** Prints a page, and writes it to a file if one was named. */
  public void publish(String page) throws IOException {
    System.out.print(page);
    if (file.isPresent()) {
      Files.writeString(file.get(), page);
    }
  }
}
