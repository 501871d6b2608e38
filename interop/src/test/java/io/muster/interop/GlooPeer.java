package io.muster.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
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
 * join GROUP PORT PREFIX MODE SIZE RANK...    on the store of that port
 * run GROUP ORDER OPERATION[;OPERATION...]    in this order; a digest each, for each rank
 * show GROUP RANK INDEX                       what an operation of the last line left to a rank
 * leave GROUP
 * </pre>
 *
 * Each line is answered by one line, which begins with a {@code !} if something was thrown.
 */
final class GlooPeer {
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
        case "run" -> run(words[1], words[2].split(" ", 2));
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
    World.Mode mode = World.Mode.valueOf(words[2]);
    Map<Integer, RankThread> members = new TreeMap<>();
    for (int i = 4; i < words.length; i++) {
      int rank = Integer.parseInt(words[i]);
      members.put(
          rank,
          new RankThread(
              () -> {
                Store store = new PrefixStore(words[1], store(Integer.parseInt(words[0]))).clone();
                return new GlooRank(store, rank, size, mode);
              }));
    }
    groups.put(group, members);
    for (RankThread member : members.values()) {
      Rank unused = member.joined().get();
    }
    return "ok";
  }

  private static Store store(int port) {
    TCPStoreOptions options = new TCPStoreOptions().port((short) port).waitWorkers(false);
    return new TCPStore("127.0.0.1", options).clone();
  }

  private String run(String group, String[] words) throws ExecutionException, InterruptedException {
    Party.Order order = Party.Order.valueOf(words[0]);
    List<Operation> operations = Stream.of(words[1].split(";")).map(Operation::parse).toList();
    List<Future<List<String>>> running =
        members(group).values().stream().map(member -> member.run(order, operations)).toList();
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
