package io.muster.bench.targets;

import io.muster.bench.Results;
import io.muster.bench.Samples;
import io.muster.bench.ServerProcess;
import io.muster.bench.SideBySide;
import java.util.List;

/**
 * The upper limit of a figure.
 *
 * @param figure the name of the figure
 * @param measure what is compared with the limit
 * @param most the greatest value that reaches the target
 */
record Target(String figure, Measure measure, double most) {
  /** What is compared with the limit. */
  enum Measure {
    /** Muster's figure divided by PyTorch's. */
    RATIO,

    /** Muster's figure by itself. */
    MUSTER
  }

  /** All targets, in the order of what happens to a job. */
  static List<Target> all() {
    return List.of(
        ratio("process start to first answer, ms", 0.4),
        ratio("join of 1,000, ms", 1),
        ratio("join of 10,000, ms", 1),
        ratio("join of 1,000, no DNS server answers, ms", 1),
        ratio("get, 32 B, µs", 0.55),
        muster("get, 32 B, to a bare echo", 1.15),
        ratio("get, 4 KiB, µs", 0.55),
        ratio("add, µs", 0.9),
        ratio("compareSet, 32 B, µs", 0.9),
        ratio("check, 1 key, µs", 0.9),
        ratio("set until another client's wait returns, µs", 1),
        ratio("set, 32 B, in a stream ended by an add, µs", 0.6),
        ratio("multiSet, 1,000 x 128 B, and an add, µs", 0.5),
        ratio("multiGet, 1,000 x 128 B, µs", 0.5),
        ratio("multiSet, 10,000 x 128 B, and an add, µs", 0.5),
        ratio("multiGet, 10,000 x 128 B, µs", 0.5),
        ratio("set and get, 8 MiB, µs", 0.8),
        // A gigabyte a second.
        muster("set and get, 64 MiB, µs", 2 * ServerProcess.MAX_VALUE_BYTES / 1e3),
        ratio("closed loop of 16: add, µs", 1),
        ratio("closed loop of 16: server's CPU time per add, µs", 0.8),
        ratio("closed loop of 256: add, µs", 1),
        ratio("closed loop of 256: server's CPU time per add, µs", 0.8),
        // 1.2 times the operations.
        ratio("closed loop of 4,000: add, µs", 1 / 1.2),
        ratio("closed loop of 4,000: server's CPU time per add, µs", 0.8),
        ratio("wake of 10,000 by one set, ms", 0.7),
        ratio("barrier of 1,000, ms", 0.8),
        muster("10,000 leave with 20 waits each: longest pause of another, ms", 10),
        ratio("18,000 idle: memory of the server, MiB", 0.6),
        muster("18,000 idle: memory of each, KiB", 2),
        muster("18,000 idle: add of another client, to that without them", 1.1),
        ratio("1,000,000 keys of 100 B: memory of the server, MiB", 1),
        muster("1,000,000 keys: longest pause of another while they are listed, ms", 50),
        ratio("file: set, 32 B, µs", 0.5),
        ratio("file: get, 32 B, µs", 0.5),
        ratio("file: add, µs", 0.5),
        ratio("file: set until a wait of another process returns, µs", 0.3),
        ratio("all-reduce, 2 ranks, 1 KiB, µs", 0.9),
        ratio("all-reduce, 2 ranks, 1 MiB, µs", 1 / 1.1),
        ratio("all-reduce, 2 ranks, 64 MiB, µs", 1 / 1.1),
        ratio("all-reduce, 4 ranks, 1 KiB, µs", 0.9),
        ratio("all-reduce, 4 ranks, 1 MiB, µs", 1 / 1.1),
        ratio("all-reduce, 4 ranks, 64 MiB, µs", 1 / 1.1),
        ratio("broadcast, 2 ranks, 1 KiB, µs", 0.9),
        ratio("broadcast, 2 ranks, 64 MiB, µs", 1 / 1.1),
        ratio("broadcast, 4 ranks, 1 KiB, µs", 0.9),
        ratio("broadcast, 4 ranks, 64 MiB, µs", 1 / 1.1),
        ratio("all-gather, 2 ranks, 1 KiB, µs", 0.9),
        ratio("all-gather, 2 ranks, 64 MiB, µs", 1 / 1.1),
        ratio("all-gather, 4 ranks, 1 KiB, µs", 0.9),
        ratio("all-gather, 4 ranks, 64 MiB, µs", 1 / 1.1));
  }

  private static Target ratio(String figure, double most) {
    return new Target(figure, Measure.RATIO, most);
  }

  private static Target muster(String figure, double most) {
    return new Target(figure, Measure.MUSTER, most);
  }

  /** The value that is compared with the limit. */
  double of(Results results) {
    Samples muster = results.of(figure, SideBySide.MUSTER);
    return measure == Measure.MUSTER
        ? muster.median()
        : muster.over(results.of(figure, SideBySide.PYTORCH)).median();
  }

  boolean isReached(Results results) {
    return of(results) <= most;
  }
}
