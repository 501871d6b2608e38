package io.muster.interop;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A {@link GlooPeer}, seen from the test. */
final class GlooProcess implements AutoCloseable {
  private final ChildProcess process;

  GlooProcess(Map<String, String> environment) {
    process = ChildProcess.java(environment, GlooPeer.class);
    if (!process.answer().equals("ready")) {
      throw new AssertionError(process.output());
    }
  }

  /**
   * Has it join a group with some of the ranks; it says {@link #joined} when all have met.
   *
   * @param store {@code tcp:PORT} or {@code file:PATH}
   */
  void join(
      String group, String store, String prefix, boolean lazy, int size, List<Integer> ranks) {
    process.tell(
        "join %s %s %s %s %d %s"
            .formatted(
                group,
                store,
                prefix,
                lazy ? "lazy" : "eager",
                size,
                ranks.stream().map(String::valueOf).collect(Collectors.joining(" "))));
  }

  void joined() {
    if (!answer().equals("ok")) {
      throw new AssertionError(process.output());
    }
  }

  /** Has its ranks of a group do their part of operations, all at once. */
  void run(String group, List<Operation> operations) {
    process.tell(
        "run %s %s"
            .formatted(
                group, operations.stream().map(String::valueOf).collect(Collectors.joining(";"))));
  }

  /** For each of its ranks, the digests of all that has run. */
  List<List<String>> digests() {
    return Stream.of(answer().split(" ", -1)).map(rank -> List.of(rank.split(",", -1))).toList();
  }

  /** All that one of the operations of the last run left in a rank's memory. */
  String show(String group, int rank, int operation) {
    process.tell("show %s %d %d".formatted(group, rank, operation));
    return answer();
  }

  void leave(String group) {
    process.tell("leave " + group);
    joined();
  }

  /** What it says next, if that is not a failure. */
  private String answer() {
    String answer = process.answer();
    if (answer.startsWith("!")) {
      throw new AssertionError("PyTorch: " + answer.substring(2));
    }
    return answer;
  }

  /** Kills it with SIGKILL. */
  @Override
  public void close() {
    process.close();
  }
}
