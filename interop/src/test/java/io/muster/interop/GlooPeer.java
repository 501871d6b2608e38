package io.muster.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.PrefixStore;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;

/**
 * A process with ranks of PyTorch's C++ process groups, a thread each, which does what it is told,
 * line by line:
 *
 * <pre>
 * join GROUP STORE PREFIX lazy|eager SIZE RANK...
 * run GROUP OPERATION[;OPERATION...]    all of them at once; a digest each, for each rank
 * show GROUP RANK INDEX                 what an operation of the last line left in a rank's memory
 * leave GROUP
 * </pre>
 *
 * A store is {@code tcp:PORT} or {@code file:PATH}. Each line is answered by one line, which begins
 * with a {@code !} if something was thrown.
 */
final class GlooPeer {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  private final Map<String, Map<Integer, RankThread>> groups = new HashMap<>();

  private GlooPeer() {}

  public static void main(String[] args) throws IOException {
    Loader.load(org.bytedeco.pytorch.global.torch_gloo.class);
    GlooPeer peer = new GlooPeer();
    System.out.println("= ready");
    var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      System.out.println("= " + peer.answerTo(line));
    }
    // The threads of groups that were left to themselves need not be waited for.
    Runtime.getRuntime().halt(0);
  }

  private String answerTo(String line) {
    String[] words = line.split(" ", 3);
    try {
      return switch (words[0]) {
        case "join" -> join(words[1], words[2].split(" ", -1));
        case "run" -> run(words[1], Stream.of(words[2].split(";")).map(Operation::parse).toList());
        case "show" -> show(words[1], words[2].split(" ", -1));
        case "leave" -> leave(words[1]);
        default -> throw new IllegalArgumentException(line);
      };
    } catch (ExecutionException e) {
      return "! " + String.valueOf(e.getCause()).lines().findFirst().orElse("");
    } catch (InterruptedException | RuntimeException e) {
      return "! " + String.valueOf(e).lines().findFirst().orElse("");
    }
  }

  private String join(String group, String[] words)
      throws ExecutionException, InterruptedException {
    int size = Integer.parseInt(words[3]);
    boolean lazy = words[2].equals("lazy");
    Map<Integer, RankThread> members = new TreeMap<>();
    for (int i = 4; i < words.length; i++) {
      int rank = Integer.parseInt(words[i]);
      members.put(
          rank,
          new RankThread(
              () -> {
                Store store = new PrefixStore(words[1], store(words[0], size)).clone();
                return new GlooRank(store, rank, size, lazy, TIMEOUT);
              }));
    }
    groups.put(group, members);
    for (RankThread member : members.values()) {
      Rank unused = member.rank();
    }
    return "ok";
  }

  private static Store store(String where, int size) {
    String name = where.substring(where.indexOf(':') + 1);
    if (where.startsWith("file:")) {
      return new org.bytedeco.pytorch.FileStore(name, size).clone();
    }
    TCPStoreOptions options =
        new TCPStoreOptions().port((short) Integer.parseInt(name)).waitWorkers(false);
    return new TCPStore("127.0.0.1", options).clone();
  }

  private String run(String group, List<Operation> operations)
      throws ExecutionException, InterruptedException {
    List<Future<List<String>>> running =
        members(group).values().stream().map(member -> member.run(operations)).toList();
    List<String> answers = new ArrayList<>();
    for (Future<List<String>> one : running) {
      answers.add(String.join(",", one.get()));
    }
    return String.join(" ", answers);
  }

  private String show(String group, String[] words) {
    RankThread member = members(group).get(Integer.parseInt(words[0]));
    return Objects.requireNonNull(member).result(Integer.parseInt(words[1]));
  }

  private String leave(String group) {
    members(group).values().forEach(RankThread::close);
    groups.remove(group);
    return "ok";
  }

  private Map<Integer, RankThread> members(String group) {
    return Objects.requireNonNull(groups.get(group), group);
  }
}
