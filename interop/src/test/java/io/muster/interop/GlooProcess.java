package io.muster.interop;

import io.muster.fixtures.ChildProcess;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A process with ranks of PyTorch's C++, a {@link GlooPeer}; what it is told it does in order. */
final class GlooProcess implements AutoCloseable {
  private static @Nullable GlooProcess shared;

  private final ChildProcess process;
  private boolean killed;

  GlooProcess(Map<String, String> environment) {
    // It computes for minutes, unlike most processes of tests.
    List<String> command = ChildProcess.javaCommand(List.of(), GlooPeer.class);
    process = ChildProcess.start(environment, command);
    if (!process.answer().equals("ready")) {
      throw new AssertionError(process.output());
    }
  }

  /** One for all tests that do it no harm; it ends with this JVM. */
  static synchronized GlooProcess shared() {
    GlooProcess running = shared;
    if (running == null) {
      running = new GlooProcess(Map.of());
      shared = running;
    }
    return running;
  }

  /** Has some ranks begin to join a group, on the store of a port. */
  Party join(
      String group, int port, String prefix, World.Mode mode, int size, List<Integer> ranks) {
    process.tell(
        "join %s %d %s %s %d %s".formatted(group, port, prefix, mode, size, joined(" ", ranks)));
    return new Group(group, List.copyOf(ranks));
  }

  private String ask(String line) {
    process.tell(line);
    return answer();
  }

  /** What it says next, if that is not a failure. */
  private String answer() {
    String answer = process.answer();
    if (answer.startsWith("!")) {
      throw new AssertionError("PyTorch: " + answer.substring(2));
    }
    return answer;
  }

  private static String joined(String separator, List<?> parts) {
    return parts.stream().map(String::valueOf).collect(Collectors.joining(separator));
  }

  /** Ends it with SIGKILL, and waits until it has ended. */
  void kill() {
    close();
    int unused = process.exitCode();
  }

  @Override
  public void close() {
    killed = true;
    process.close();
  }

  private final class Group implements Party {
    private final String name;
    private final List<Integer> ranks;

    Group(String name, List<Integer> ranks) {
      this.name = name;
      this.ranks = ranks;
    }

    @Override
    public void awaitJoined() {
      String unused = answer();
    }

    @Override
    public void run(Order order, List<Operation> operations) {
      process.tell("run %s %s %s".formatted(name, order, joined(";", operations)));
    }

    @Override
    public Map<Integer, List<String>> digests() {
      String[] answers = answer().split(" ", -1);
      Map<Integer, List<String>> digests = new HashMap<>();
      for (int i = 0; i < ranks.size(); i++) {
        digests.put(ranks.get(i), List.of(answers[i].split(",", -1)));
      }
      return digests;
    }

    @Override
    public String result(int rank, int operation) {
      return ask("show %s %d %d".formatted(name, rank, operation));
    }

    @Override
    public void close() {
      if (!killed) {
        String unused = ask("leave " + name);
      }
    }
  }
}
