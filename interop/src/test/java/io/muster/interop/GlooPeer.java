package io.muster.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.PrefixStore;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;
import org.jspecify.annotations.Nullable;

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
  private static final Duration TIMEOUT = Duration.ofSeconds(40);

  private final Map<String, Map<Integer, Member>> groups = new HashMap<>();

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
    Map<Integer, Member> members = new TreeMap<>();
    List<Future<?>> joining = new ArrayList<>();
    for (int i = 4; i < words.length; i++) {
      Member member = new Member();
      int rank = Integer.parseInt(words[i]);
      members.put(rank, member);
      joining.add(
          member.thread.submit(
              () -> {
                Store store = new PrefixStore(words[1], store(words[0], size)).clone();
                member.rank = new GlooRank(store, rank, size, words[2].equals("lazy"), TIMEOUT);
              }));
    }
    groups.put(group, members);
    for (Future<?> one : joining) {
      one.get();
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
    List<Future<String>> running = new ArrayList<>();
    for (Member member : members(group).values()) {
      running.add(member.thread.submit(() -> member.run(operations)));
    }
    List<String> answers = new ArrayList<>();
    for (Future<String> one : running) {
      answers.add(one.get());
    }
    return String.join(" ", answers);
  }

  private String show(String group, String[] words) {
    Member member = Objects.requireNonNull(members(group).get(Integer.parseInt(words[0])));
    return Digest.hex(member.results.get(Integer.parseInt(words[1])));
  }

  private String leave(String group) {
    for (Member member : members(group).values()) {
      member.thread.execute(() -> member.rank().close());
      member.thread.shutdown();
    }
    groups.remove(group);
    return "ok";
  }

  private Map<Integer, Member> members(String group) {
    return Objects.requireNonNull(groups.get(group), group);
  }

  /** A rank, and the thread that all it does is done on. */
  private static final class Member {
    final ExecutorService thread =
        Executors.newSingleThreadExecutor(
            body -> {
              Thread thread = new Thread(body, "rank");
              thread.setDaemon(true);
              return thread;
            });
    private @Nullable Rank rank;
    private List<List<ByteBuffer>> results = List.of();

    Rank rank() {
      return Objects.requireNonNull(rank, "a rank that has not joined");
    }

    String run(List<Operation> operations) {
      List<Rank.Running> running = operations.stream().map(rank()::start).toList();
      results = running.stream().map(Rank.Running::await).toList();
      return results.stream().map(Digest::of).collect(Collectors.joining(","));
    }
  }
}
