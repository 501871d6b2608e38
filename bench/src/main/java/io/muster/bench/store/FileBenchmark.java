package io.muster.bench.store;

import static io.muster.bench.SideBySide.MUSTER;
import static io.muster.bench.SideBySide.PYTORCH;

import io.muster.bench.Options;
import io.muster.bench.SideBySide;
import io.muster.fixtures.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/** Times stores on files, PyTorch's and Muster's. */
public final class FileBenchmark {
  private static final String USAGE =
      "usage: side-by-side-file [--rounds N] [--warm-up N] [--scale F] [--write FILE]"
          + " [--figures FILE]";

  private static final byte[] SIGN = {1};

  private final Options options;
  private final Path directory;

  private FileBenchmark(Options options, Path directory) {
    this.options = options;
    this.directory = directory;
  }

  /** Measures, prints, and writes the files that were named. */
  public static void main(String... args) throws IOException, InterruptedException {
    System.setProperty("org.bytedeco.javacpp.nopointergc", "true");
    Options options = Options.parse(USAGE, 15, 5, args);
    SideBySide run = new SideBySide(options, PYTORCH, MUSTER);
    Path directory = Files.createTempDirectory("side-by-side");
    try {
      FileBenchmark files = new FileBenchmark(options, directory);
      run.run(
          List.of(
              files.work("set, 32 B", side -> side.set("key", new byte[32])),
              files.work("get, 32 B", side -> side.get("key")),
              files.work("add", side -> side.add("counter")),
              files.wakes()));
    } finally {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(path);
        }
      }
    }
    run.publish(run.page("file.md"));
  }

  private static Side open(String side, Path file) {
    return side.equals(PYTORCH) ? new PyTorchSide(file) : new MusterSide(file);
  }

  /** A new file each time: a longer one takes longer to open. */
  private Path newFile() throws IOException {
    return Files.createTempFile(directory, "store", "");
  }

  private SideBySide.Work work(String name, Function<Side, Side.Op> prepared) {
    int times = options.scaled(1_000);
    return (whose, round) -> {
      try (Side side = open(whose, newFile())) {
        side.set("key", new byte[32]).run();
        double nanos = Workload.repeating(prepared.apply(side)).nanos(times);
        return Map.of("file: " + name + ", µs", nanos / 1e3 / times);
      }
    };
  }

  /** Half of what it takes to wake another process and to be woken by it. */
  private SideBySide.Work wakes() {
    int times = options.scaled(40);
    return (whose, round) -> {
      Path file = newFile();
      try (ChildProcess other =
              ChildProcess.java(OtherEnd.class, whose, file.toString(), String.valueOf(2 * times));
          Side side = open(whose, file)) {
        // The other end's first steps are slow; they are not what is timed.
        exchange(side, 0, times);
        long start = System.nanoTime();
        exchange(side, times, 2 * times);
        double micros = (System.nanoTime() - start) / 2e3 / times;
        other.endInput();
        return Map.of("file: set until a wait of another process returns, µs", micros);
      }
    };
  }

  private static void exchange(Side side, int from, int to) {
    for (int i = from; i < to; i++) {
      side.set("ping" + i, SIGN).run();
      side.await("pong" + i).run();
    }
  }

  /** The process that is woken, and wakes the other one. */
  static final class OtherEnd {
    private OtherEnd() {}

    /** Answers as many keys as its last argument says with another one each. */
    public static void main(String[] args) {
      System.setProperty("org.bytedeco.javacpp.nopointergc", "true");
      try (Side side = open(args[0], Path.of(args[1]))) {
        for (int i = 0; i < Integer.parseInt(args[2]); i++) {
          side.await("ping" + i).run();
          side.set("pong" + i, SIGN).run();
        }
      }
    }
  }
}
