package io.muster.bench.store;

import static io.muster.bench.SideBySide.MUSTER;
import static io.muster.bench.SideBySide.PYTORCH;

import io.muster.bench.Options;
import io.muster.bench.SideBySide;
import io.muster.bench.TemporaryDirectory;
import io.muster.fixtures.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Times stores on files, PyTorch's and Muster's. */
@Command(name = "side-by-side-file", description = "Times stores on files, PyTorch's and Muster's.")
public final class FileBenchmark implements Callable<Integer> {
  private static final byte[] SIGN = {1};

  @Mixin private final Options options = new Options(15, 5);

  @Override
  public Integer call() throws IOException, InterruptedException {
    SideBySide run = new SideBySide(options, PYTORCH, MUSTER);
    try (TemporaryDirectory temporary = TemporaryDirectory.create("side-by-side")) {
      Path directory = temporary.path();
      run.addTimed(
          "file: set, 32 B, µs", 1_000, timed(directory, side -> side.set("key", new byte[32])));
      run.addTimed("file: get, 32 B, µs", 1_000, timed(directory, side -> side.get("key")));
      run.addTimed("file: add, µs", 1_000, timed(directory, side -> side.add("counter")));
      run.addTimed(
          "file: set until a wait of another process returns, µs",
          40,
          (side, times) -> wakeNanos(side, newFile(directory), times));
      run.run();
    }
    run.publish(run.page("file.md"));
    return 0;
  }

  private static Side open(String side, Path file) {
    return side.equals(PYTORCH) ? new PyTorchSide(file) : new MusterSide(file);
  }

  /** Creates an empty file, because a longer one takes longer to open. */
  private static Path newFile(Path directory) throws IOException {
    return Files.createTempFile(directory, "store", "");
  }

  private static SideBySide.Timed timed(Path directory, Function<Side, Side.Op> prepared) {
    return (whose, times) -> {
      try (Side side = open(whose, newFile(directory))) {
        side.set("key", new byte[32]).run();
        return Workload.repeating(prepared.apply(side)).nanos(times);
      }
    };
  }

  /** Wakes another process and is woken by it, {@code times} times; returns half of the time. */
  private static double wakeNanos(String whose, Path file, int times) {
    List<String> command =
        ChildProcess.javaCommand(
            List.of(), OtherEnd.class, whose, file.toString(), String.valueOf(2 * times));
    try (ChildProcess other = ChildProcess.start(Map.of(), command);
        Side side = open(whose, file)) {
      // The other end's first steps are slow; they are not what is timed.
      exchange(side, 0, times);
      long start = System.nanoTime();
      exchange(side, times, 2 * times);
      double nanos = (System.nanoTime() - start) / 2.0;
      other.endInput();
      return nanos;
    }
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

    /** Answers each of a number of keys, the last argument, with another key. */
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
