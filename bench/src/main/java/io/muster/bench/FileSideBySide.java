package io.muster.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/** Times stores on files, PyTorch's and Muster's, in one run, turn by turn. */
public final class FileSideBySide {
  private static final String USAGE =
      "usage: side-by-side-file [--rounds N] [--warm-up N] [--scale F] [--write FILE]"
          + " [--figures FILE]";

  private final RunOptions options;

  private FileSideBySide(String[] args) {
    options = RunOptions.parse(USAGE, 5, args);
  }

  /** Whose store it is. */
  private enum Kind {
    PYTORCH(Comparison.Of.PYTORCH, PyTorchSide::new),
    MUSTER(Comparison.Of.MUSTER, MusterSide::new);

    final Comparison.Of whose;

    @SuppressWarnings("ImmutableEnumChecker") // a constructor is
    final Function<Path, Side> store;

    Kind(Comparison.Of whose, Function<Path, Side> store) {
      this.whose = whose;
      this.store = store;
    }
  }

  private static final String OTHER_END = "other-end";
  private static final byte[] SIGN = {1};
  private static final String WAKE = "set until a wait of another process returns";

  /** Measures, prints, and writes the file if one was named; or is the other end of a wake. */
  public static void main(String[] args) throws IOException {
    System.setProperty("org.bytedeco.javacpp.nopointergc", "true");
    if (args.length == 4 && args[0].equals(OTHER_END)) {
      answer(Kind.valueOf(args[1]), Path.of(args[2]), Integer.parseInt(args[3]));
      return;
    }
    FileSideBySide run = new FileSideBySide(args);
    run.measure();
  }

  private static Map<String, Integer> operations() {
    Map<String, Integer> operations = new LinkedHashMap<>();
    operations.put("set, 32 B", 1_000);
    operations.put("get, 32 B", 1_000);
    operations.put("add", 1_000);
    operations.put(WAKE, 40);
    return operations;
  }

  private void measure() throws IOException {
    String loadBefore = Machine.load();
    Comparison micros = new Comparison();
    Path directory = Files.createTempDirectory("side-by-side");
    try {
      for (int round = -options.warmUp(); round < options.rounds(); round++) {
        options.sayRound(round);
        for (Map.Entry<String, Integer> operation : operations().entrySet()) {
          int times = options.scaled(operation.getValue());
          for (int turn = 0; turn < Kind.values().length; turn++) {
            Kind kind = Kind.values()[Math.floorMod(round + turn, Kind.values().length)];
            // A new file each time: a longer one takes longer to open.
            Path file = Files.createTempFile(directory, "store", "");
            double figure = time(kind, operation.getKey(), file, times) / 1e3 / times;
            if (round >= 0) {
              micros.add("file: " + operation.getKey() + ", µs", kind.whose, figure);
            }
          }
        }
      }
    } finally {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(path);
        }
      }
    }
    options.publish(report(micros, loadBefore), micros);
  }

  private static long time(Kind kind, String operation, Path file, int times) throws IOException {
    if (operation.equals(WAKE)) {
      return timeWakes(kind, file, times);
    }
    try (Side side = kind.store.apply(file)) {
      side.set("key", new byte[32]).run();
      Side.Op op =
          switch (operation) {
            case "set, 32 B" -> side.set("key", new byte[32]);
            case "get, 32 B" -> side.get("key");
            default -> side.add("counter");
          };
      long start = System.nanoTime();
      for (int i = 0; i < times; i++) {
        op.run();
      }
      return System.nanoTime() - start;
    }
  }

  /** Half of what it takes to wake another process and to be woken by it. */
  private static long timeWakes(Kind kind, Path file, int times) throws IOException {
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                FileSideBySide.class.getName(),
                OTHER_END,
                kind.name(),
                file.toString(),
                String.valueOf(2 * times))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (Side side = kind.store.apply(file)) {
      // The other end's first steps are slow; they are not what is timed.
      exchange(side, 0, times);
      long start = System.nanoTime();
      exchange(side, times, 2 * times);
      return (System.nanoTime() - start) / 2;
    } finally {
      // Its end would be in what is timed next.
      other.destroy();
      var unusedProcess = other.onExit().join();
    }
  }

  private static void exchange(Side side, int from, int to) {
    for (int i = from; i < to; i++) {
      side.set("ping" + i, SIGN).run();
      side.await("pong" + i).run();
    }
  }

  /** Answers as many keys with another one each. */
  private static void answer(Kind kind, Path file, int times) {
    try (Side side = kind.store.apply(file)) {
      for (int i = 0; i < times; i++) {
        side.await("ping" + i).run();
        side.set("pong" + i, SIGN).run();
      }
    }
  }

  private String report(Comparison micros, String loadBefore) throws IOException {
    return String.format(
            Locale.ROOT,
            """
        # Benchmarks of stores on files

        Muster's `FileStore` beside PyTorch's, measured in one run. Written by
        `bench/run side-by-side-file --write FILE`.

        %s
        The load average was %s before the run and %s after it, of which the run itself makes up to 2.

        PyTorch's store is its C++ one (of `org.bytedeco:pytorch`, 2.10) called from Java. Each
        figure is of a new file. A wake is half of what it takes to set a key for which another process
        waits, and to wait for the one that it sets then; both processes have the same kind of store.

        %d rounds follow %d of warm-up. A round does each operation on each side in turn; each round
        begins with the other side. Figures are microseconds an operation: the median of the rounds, with
        the least and the greatest in brackets. A ratio is taken within each round, Muster's time divided
        by PyTorch's: below 1 Muster is faster.

        | operation | PyTorch, µs | Muster, µs | ratio |
        |---|---:|---:|---:|
        """,
            Machine.describe(),
            loadBefore,
            Machine.load(),
            options.rounds(),
            options.warmUp())
        + micros.rows();
  }
}
