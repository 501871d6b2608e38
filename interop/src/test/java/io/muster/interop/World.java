package io.muster.interop;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.collectives.ProcessGroup;
import io.muster.collectives.ProcessGroupOptions;
import io.muster.store.PrefixStore;
import io.muster.store.TcpStore;
import io.muster.store.server.StoreServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A process group whose ranks may be of several implementations. */
final class World implements AutoCloseable {
  /** How ranks of PyTorch connect. */
  enum Mode {
    /** To all others at once. */
    EAGER,
    /** To a peer when it is needed; they publish no identifiers of pairs. */
    LAZY,
    /** Twice to all others at once; operations take turns. */
    TWO_DEVICES
  }

  static final Duration TIMEOUT = Duration.ofSeconds(20);

  private static final StoreServer SERVER = StoreServer.start();
  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static final Map<Integer, World> OF_PYTORCH_ALONE = new HashMap<>();
  private static final Map<String, List<String>> DIGESTS_OF_PYTORCH = new HashMap<>();

  private final String shape;
  private final JavaRanks java;
  private final Map<Character, Party> parties = new TreeMap<>();
  private final String prefix;
  private final Map<Character, GlooProcess> pytorch;
  private final Mode mode;
  private int subGroups;
  private final Map<Integer, Party> partyOf = new HashMap<>();
  private boolean broken;

  /**
   * A world of Muster's ranks in this JVM and PyTorch's in other processes, once all have met.
   *
   * @param shape a letter for each rank: {@code J} for Java's, another one for PyTorch's
   * @param pytorch the process that each of the other letters stands for
   * @param mode how PyTorch's connect
   */
  static World mixed(String shape, Map<Character, GlooProcess> pytorch, Mode mode) {
    String prefix = "world" + NUMBER.incrementAndGet();
    int size = shape.length();
    JavaRanks java = new JavaRanks();
    ranks(shape, 'J').forEach(rank -> java.add(rank, () -> joining(prefix, rank, size, mode)));
    return new World(
        shape, java, parties(prefix, "0", shape, pytorch, mode), prefix, pytorch, mode);
  }

  /** A world of Muster's ranks and those of a process that the tests share. */
  static World mixed(String shape) {
    return mixed(shape, Map.of('P', GlooProcess.shared()), Mode.EAGER);
  }

  /** A world of Muster's ranks and whatever others. */
  static World of(String shape, JavaRanks java, Map<Character, Party> others) {
    return new World(shape, java, others, "", Map.of(), Mode.EAGER);
  }

  private World(
      String shape,
      JavaRanks java,
      Map<Character, Party> others,
      String prefix,
      Map<Character, GlooProcess> pytorch,
      Mode mode) {
    this.shape = shape;
    this.java = java;
    this.prefix = prefix;
    this.pytorch = pytorch;
    this.mode = mode;
    parties.putAll(others);
    parties.put('J', java);
    parties.values().forEach(Party::awaitJoined);
  }

  /** Has the others begin to join a group, under the keys that PyTorch's Python uses. */
  private static Map<Character, Party> parties(
      String prefix, String group, String shape, Map<Character, GlooProcess> pytorch, Mode mode) {
    Map<Character, Party> parties = new TreeMap<>();
    pytorch.forEach(
        (letter, process) -> {
          List<Integer> ranks = ranks(shape, letter);
          if (!ranks.isEmpty()) {
            parties.put(
                letter,
                process.join(
                    prefix + letter + group,
                    SERVER.port(),
                    "%s/%s//cpu/".formatted(prefix, group),
                    mode,
                    shape.length(),
                    ranks));
          }
        });
    return parties;
  }

  /** A group of some of the ranks; Java's call for it all. */
  World subGroup(List<Integer> ranks) {
    subGroups++;
    List<Integer> members = ranks.stream().sorted().toList();
    String subShape = shape(shape, members);
    Map<Character, Party> others = parties(prefix, "0//" + subGroups, subShape, pytorch, mode);
    return new World(subShape, java.subGroup(ranks), others, prefix, pytorch, mode);
  }

  /** The letters of some of the ranks. */
  static String shape(String shape, List<Integer> ranks) {
    return ranks.stream()
        .map(rank -> String.valueOf(shape.charAt(rank)))
        .collect(Collectors.joining());
  }

  private static List<Integer> ranks(String shape, char letter) {
    return IntStream.range(0, shape.length())
        .filter(rank -> shape.charAt(rank) == letter)
        .boxed()
        .toList();
  }

  private static Rank joining(String prefix, int rank, int size, Mode mode) {
    return MusterRank.join(
        ProcessGroupOptions.builder()
            .store(new PrefixStore(prefix, TcpStore.connect("127.0.0.1", SERVER.port())))
            .rank(rank)
            .worldSize(size)
            .timeout(TIMEOUT)
            .interfaceNames(
                mode == Mode.TWO_DEVICES ? new String[] {"lo", "lo"} : new String[] {"lo"})
            .build());
  }

  /** One of Java's ranks. */
  ProcessGroup group(int rank) {
    return ((MusterRank) java.rank(rank)).group();
  }

  /** The ranks that a letter stands for. */
  Party party(char letter) {
    return Objects.requireNonNull(parties.get(letter));
  }

  /** Fails unless every rank is left with what it has in a world of PyTorch's ranks alone. */
  void computesAsPyTorchDoes(Party.Order order, List<Operation> operations) {
    if (broken) {
      throw new AssertionError(shape + " was broken by an earlier test");
    }
    broken = true;
    Map<Integer, List<String>> seen = run(order, operations);
    broken = false;
    List<List<String>> allExpected = digestsOfPyTorch(shape.length(), operations);
    List<String> differences = new ArrayList<>();
    for (int i = 0; i < operations.size(); i++) {
      List<String> expected = allExpected.get(i);
      for (int rank = 0; rank < shape.length(); rank++) {
        String digest = Objects.requireNonNull(seen.get(rank)).get(i);
        if (!digest.equals(expected.get(rank))) {
          differences.add(difference(operations.get(i), i, rank));
        }
      }
    }
    if (!differences.isEmpty()) {
      throw new AssertionError(shape + ": " + String.join("\n", differences));
    }
  }

  void computesAsPyTorchDoes(Operation operation) {
    computesAsPyTorchDoes(Party.Order.AT_ONCE, List.of(operation));
  }

  /** Fails unless all ranks refuse an operation, for a reason in which {@code why} is found. */
  void refuses(Operation operation, String why) {
    parties.values().forEach(party -> party.run(Party.Order.AT_ONCE, List.of(operation)));
    for (Party party : parties.values()) {
      assertThatThrownBy(party::digests)
          .isInstanceOf(AssertionError.class)
          .message()
          .containsPattern(why);
    }
  }

  /** The digests of all results, by rank. */
  private Map<Integer, List<String>> run(Party.Order order, List<Operation> operations) {
    parties.values().forEach(party -> party.run(order, operations));
    Map<Integer, List<String>> digests = new TreeMap<>();
    List<AssertionError> failures = new ArrayList<>();
    for (Party party : parties.values()) {
      try {
        Map<Integer, List<String>> some = party.digests();
        digests.putAll(some);
        some.keySet().forEach(rank -> partyOf.put(rank, party));
      } catch (AssertionError e) {
        failures.add(e);
      }
    }
    if (!failures.isEmpty()) {
      AssertionError error =
          new AssertionError(shape + ": " + named(operations) + failures.get(0).getMessage());
      failures.forEach(error::addSuppressed);
      throw error;
    }
    return digests;
  }

  private static String named(List<Operation> operations) {
    return operations.size() == 1 ? operations.get(0) + ": " : "";
  }

  /** The digests of each operation, by rank. */
  private static synchronized List<List<String>> digestsOfPyTorch(
      int size, List<Operation> operations) {
    List<Operation> others =
        operations.stream()
            .distinct()
            .filter(operation -> !DIGESTS_OF_PYTORCH.containsKey(size + " " + operation))
            .toList();
    if (!others.isEmpty()) {
      Map<Integer, List<String>> digests = ofPyTorchAlone(size).run(Party.Order.IN_TURN, others);
      for (int i = 0; i < others.size(); i++) {
        int index = i;
        DIGESTS_OF_PYTORCH.put(
            size + " " + others.get(i),
            digests.values().stream().map(ofRank -> ofRank.get(index)).toList());
      }
    }
    return operations.stream()
        .map(operation -> Objects.requireNonNull(DIGESTS_OF_PYTORCH.get(size + " " + operation)))
        .toList();
  }

  private static synchronized World ofPyTorchAlone(int size) {
    return OF_PYTORCH_ALONE.computeIfAbsent(size, key -> mixed("P".repeat(key)));
  }

  private String difference(Operation operation, int index, int rank) {
    String seen = Objects.requireNonNull(partyOf.get(rank)).result(rank, index);
    World pytorch = ofPyTorchAlone(shape.length());
    Map<Integer, List<String>> unused = pytorch.run(Party.Order.AT_ONCE, List.of(operation));
    String expected = Objects.requireNonNull(pytorch.partyOf.get(rank)).result(rank, 0);
    int digits = 2 * operation.type().bytes();
    int at = 0;
    while (at + digits <= Math.min(seen.length(), expected.length())
        && seen.regionMatches(at, expected, at, digits)) {
      at += digits;
    }
    return "%s: rank %d has from element %d of %d on %s, with PyTorch alone %s"
        .formatted(
            operation,
            rank,
            at / digits,
            expected.length() / digits,
            shown(seen, at),
            shown(expected, at));
  }

  private static String shown(String hex, int at) {
    return hex.substring(Math.min(at, hex.length()), Math.min(at + 32, hex.length()));
  }

  @Override
  public void close() {
    parties.values().forEach(Party::close);
  }
}
