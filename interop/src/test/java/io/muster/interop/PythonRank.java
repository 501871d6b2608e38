package io.muster.interop;

import io.muster.fixtures.ChildProcess;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A process with a rank of PyTorch's Python, which does what it is told in order. */
final class PythonRank implements AutoCloseable {
  private final ChildProcess process = PythonPyTorch.start("ranks.py");

  /** Waits until it can be told something. */
  void awaitStarted() {
    if (!process.answer().equals("ready")) {
      throw new AssertionError(process.output());
    }
  }

  /** Sets variables of its environment. */
  void environment(Map<String, String> variables) {
    String words =
        variables.entrySet().stream()
            .map(entry -> entry.getKey() + "=" + entry.getValue())
            .collect(Collectors.joining(" "));
    String unused = ask("env " + words);
  }

  /** Has it begin to join a world. */
  Party init(String url, int rank, int size) {
    process.tell("init %s %d %d".formatted(url, rank, size));
    return new Group("world", rank);
  }

  /**
   * Has it begin to make another group.
   *
   * @param rankInIt its rank there, -1 if it does not belong to it
   */
  Party newGroup(String name, List<Integer> ranks, int rankInIt) {
    String words = ranks.stream().map(String::valueOf).collect(Collectors.joining(" "));
    process.tell("group " + name + " " + words);
    return new Group(name, rankInIt);
  }

  private String ask(String line) {
    process.tell(line);
    return answer();
  }

  private String answer() {
    String answer = process.answer();
    if (answer.startsWith("!")) {
      throw new AssertionError("PyTorch: " + answer.substring(2) + "\n" + process.output());
    }
    return answer;
  }

  @Override
  public void close() {
    process.close();
  }

  private final class Group implements Party {
    private final String name;
    private final int rank;

    Group(String name, int rank) {
      this.name = name;
      this.rank = rank;
    }

    @Override
    public void awaitJoined() {
      String unused = answer();
    }

    @Override
    public void run(Order order, List<Operation> operations) {
      String parts = operations.stream().map(String::valueOf).collect(Collectors.joining(";"));
      process.tell("run %s %s %s".formatted(name, order, parts));
    }

    @Override
    public Map<Integer, List<String>> digests() {
      return Map.of(rank, List.of(answer().split(",", -1)));
    }

    @Override
    public String result(int member, int operation) {
      return ask("show %s %d".formatted(name, operation));
    }

    @Override
    public void close() {
      String unused = ask("destroy");
    }
  }
}
