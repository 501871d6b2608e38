package io.muster.interop;

import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

import io.muster.collectives.DataType;
import io.muster.collectives.ProcessGroupOptions;
import io.muster.collectives.ReduceOp;
import io.muster.fixtures.FreePort;
import io.muster.interop.Operation.Kind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Worlds of Java's ranks and the installed torch's, which meet by {@code init_process_group} and a
 * URL; compared byte for byte with a world of PyTorch's C++ alone. A letter stands for each rank:
 * {@code J} for Java's, {@code A} and {@code B} for the two Pythons.
 */
@ExtendWith({CppPyTorch.class, PythonPyTorch.class})
@TestInstance(PER_CLASS)
@Timeout(180)
class PythonProcessGroupIT {
  private final Map<Character, PythonRank> pythons =
      new TreeMap<>(Map.of('A', new PythonRank(), 'B', new PythonRank()));

  private int subGroups;

  PythonProcessGroupIT() {
    pythons.values().forEach(PythonRank::awaitStarted);
  }

  @AfterAll
  void endPython() {
    pythons.values().forEach(PythonRank::close);
  }

  /** Rank 0 hosts the store. */
  @ParameterizedTest
  @CsvSource({"tcp, JAB", "tcp, AJB", "env, JAB", "env, ABJ", "file, AJB", "file, JJA"})
  void collectives_ofAWorldThatMetByUrl_leavePyTorchsBits(
      String scheme, String shape, @TempDir Path directory) {
    int size = shape.length();
    int port = FreePort.find();
    String url =
        switch (scheme) {
          case "tcp" -> "tcp://127.0.0.1:" + port;
          case "file" -> directory.resolve("store").toUri().toString();
          default -> "env://";
        };
    Map<Character, Party> others = new TreeMap<>();
    JavaRanks java = new JavaRanks();
    for (int rank = 0; rank < size; rank++) {
      Map<String, String> environment = environment(port, rank, size);
      char letter = shape.charAt(rank);
      if (letter != 'J') {
        python(letter).environment(environment);
        others.put(letter, python(letter).init(url, rank, size));
      } else {
        ProcessGroupOptions.Builder options =
            ProcessGroupOptions.builder()
                .initMethod(url)
                .environment(environment)
                .timeout(World.TIMEOUT);
        if (!scheme.equals("env")) {
          options.rank(rank).worldSize(size);
        }
        java.add(rank, () -> MusterRank.join(options.build()));
      }
    }
    try (World world = World.of(shape, java, others)) {
      computesAsPyTorchDoes(world);
      computesAsPyTorchDoes(subGroup(shape, java, List.of(2, 0)));
      computesAsPyTorchDoes(subGroup(shape, java, List.of(0, 1, 2)));
    }
  }

  private static Map<String, String> environment(int port, int rank, int size) {
    return Map.of(
        "MASTER_ADDR",
        "127.0.0.1",
        "MASTER_PORT",
        String.valueOf(port),
        "RANK",
        String.valueOf(rank),
        "WORLD_SIZE",
        String.valueOf(size),
        "GLOO_SOCKET_IFNAME",
        "lo");
  }

  /** Those who do not belong to it call for it, too. */
  private World subGroup(String shape, JavaRanks java, List<Integer> ranks) {
    List<Integer> members = ranks.stream().sorted().toList();
    String subShape = World.shape(shape, members);
    Map<Character, Party> others = new TreeMap<>();
    List<Party> strangers = new ArrayList<>();
    for (char letter : shape.replace("J", "").toCharArray()) {
      int rank = members.indexOf(shape.indexOf(letter));
      Party party = python(letter).newGroup("group" + subGroups, ranks, rank);
      if (rank < 0) {
        strangers.add(party);
      } else {
        others.put(letter, party);
      }
    }
    subGroups++;
    JavaRanks javas = java.subGroup(ranks);
    World subGroup = World.of(subShape, javas, others);
    strangers.forEach(Party::awaitJoined);
    return subGroup;
  }

  private PythonRank python(char letter) {
    return Objects.requireNonNull(pythons.get(letter));
  }

  private static void computesAsPyTorchDoes(World world) {
    // Python has no verb of its own for coalesced ones any more.
    Stream.of(Kind.values())
        .filter(kind -> kind != Kind.ALL_REDUCE_COALESCED)
        .forEach(
            kind ->
                world.computesAsPyTorchDoes(Operation.of(kind, DataType.FLOAT32, 1001).root(1)));
    for (DataType type : DataType.values()) {
      world.computesAsPyTorchDoes(Operation.of(Kind.ALL_REDUCE, type, 101));
      world.computesAsPyTorchDoes(
          Operation.of(Kind.ALL_REDUCE, type, 101).op(ReduceOp.MAX).seed(9));
    }
    world.computesAsPyTorchDoes(Operation.of(Kind.ALL_REDUCE, DataType.FLOAT32, 3_000_001));
  }
}
