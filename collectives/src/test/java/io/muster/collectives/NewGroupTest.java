package io.muster.collectives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.muster.store.Background;
import io.muster.store.HashStore;
import io.muster.store.MusterException;
import io.muster.store.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Groups made from the default group, and what they leave in the store. */
class NewGroupTest {
  private static final Duration SHORT = Duration.ofMillis(100);

  private final Store store = new HashStore();
  private final List<ProcessGroups> world = new ArrayList<>();

  @AfterEach
  void close() {
    world.stream().map(rank -> Background.run(rank::close)).toList().forEach(Background::result);
  }

  /** Each rank has the groups of the world that the test plays. */
  private void init(int size, Map<String, String> environment) {
    for (int rank = 0; rank < size; rank++) {
      world.add(new ProcessGroups());
    }
    Map<String, String> variables = new HashMap<>(environment);
    variables.put("GLOO_SOCKET_IFNAME", "lo");
    List<ProcessGroup> groups =
        IntStream.range(0, size)
            .mapToObj(
                rank ->
                    Background.call(
                        () ->
                            world
                                .get(rank)
                                .initProcessGroup(
                                    ProcessGroupOptions.builder()
                                        .store(store)
                                        .rank(rank)
                                        .worldSize(size)
                                        .timeout(Ranks.TIMEOUT)
                                        .environment(variables)
                                        .build())))
            .toList()
            .stream()
            .map(Background::result)
            .toList();
    assertThat(groups).hasSize(size);
  }

  private <T> List<T> onAll(Function<ProcessGroups, T> body) {
    return world.stream().map(rank -> Background.call(() -> body.apply(rank))).toList().stream()
        .map(Background::result)
        .toList();
  }

  @Test
  void newGroup_isOfItsRanksOnly_inTheirOrder() {
    init(3, Map.of());

    List<Optional<ProcessGroup>> made = onAll(rank -> rank.newGroup(List.of(2, 0)));

    assertThat(made.get(1)).isEmpty();
    assertThat(made.get(0).orElseThrow().rank()).isZero();
    assertThat(made.get(2).orElseThrow().rank()).isEqualTo(1);
    assertThat(made.get(2).orElseThrow().ranks()).containsExactly(0, 2);
    assertThat(made.get(2).orElseThrow().name()).isEqualTo("1");
    assertThat(
            List.of(0, 2).stream()
                .map(rank -> Background.call(() -> sum(made.get(rank).orElseThrow(), rank + 1)))
                .toList()
                .stream()
                .map(Background::result))
        .containsExactly(4, 4);
  }

  private static int sum(ProcessGroup group, int own) {
    int[] data = {own};
    group.allReduce(Tensor.of(data), ReduceOp.SUM);
    return data[0];
  }

  @Test
  void keys_areCountedOnAllRanks_andBelowThoseOfTheDefaultGroup() {
    init(3, Map.of());

    List<String> names =
        onAll(
            rank -> {
              Optional<ProcessGroup> first = rank.newGroup(List.of(1));
              Optional<ProcessGroup> second = rank.newGroup(List.of(0, 1));
              return first.map(ProcessGroup::name).orElse("none")
                  + second.map(ProcessGroup::name).orElse("none");
            });

    assertThat(names).containsExactly("none2", "12", "nonenone");
    assertThat(store.listKeys())
        .containsExactlyInAnyOrder(
            "0//cpu//0/0",
            "0//cpu//0/1",
            "0//cpu//0/2",
            "0//1//cpu//0/0",
            "0//2//cpu//0/0",
            "0//2//cpu//0/1");
  }

  @Test
  void ranksThatAreTwiceOrNotOfTheWorldOrNone_areRefused_andTakeNoName() {
    init(1, Map.of());
    ProcessGroups groups = world.get(0);
    for (List<Integer> wrong :
        List.of(List.<Integer>of(), List.of(0, 0), List.of(1), List.of(-1), List.of(0, 1))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> groups.newGroup(wrong))
          .withMessage("a group is of different ranks below 1, not " + wrong);
    }

    assertThat(groups.newGroup(List.of(0)).orElseThrow().name()).isEqualTo("1");
  }

  @Test
  void rankOfAGroup_isCountedInTheGroup() {
    init(2, Map.of());

    List<Optional<ProcessGroup>> made = onAll(rank -> rank.newGroup(List.of(1)));

    ProcessGroup single = made.get(1).orElseThrow();
    assertThat(single.rank()).isZero();
    assertThat(single.size()).isEqualTo(1);
    assertThat(sum(single, 7)).isEqualTo(7);
  }

  @Test
  void rankThatDoesNotJoin_isNamed_andTheWorldStaysOfUse() {
    init(2, Map.of());

    assertThatExceptionOfType(CollectiveTimeoutException.class)
        .isThrownBy(() -> world.get(0).newGroup(List.of(0, 1), SHORT))
        .satisfies(e -> assertThat(e.missingRanks()).containsExactly(1))
        .withMessageContaining("rank 0 of 2 of group 1 timed out after PT0.1S");

    assertThat(onAll(rank -> sum(rank.defaultGroup(), 1))).containsExactly(2, 2);
  }

  @Test
  void closingTheDefaultGroup_closesThoseMadeFromIt_butNotTheOtherWayRound() {
    init(1, Map.of());
    ProcessGroups groups = world.get(0);
    ProcessGroup first = groups.newGroup(List.of(0)).orElseThrow();
    ProcessGroup second = groups.newGroup(List.of(0)).orElseThrow();

    first.close();
    assertThatIllegalStateException().isThrownBy(first::barrier);
    second.barrier();
    groups.destroyProcessGroup();

    assertThatIllegalStateException().isThrownBy(second::barrier);
    assertThat(groups.isInitialized()).isFalse();
    assertThatIllegalStateException().isThrownBy(() -> groups.newGroup(List.of(0)));
    assertThatIllegalStateException().isThrownBy(groups::destroyProcessGroup);
  }

  @Test
  void defaultGroup_isMadeOnce_andItsNameIsZeroAgainAfterTheEnd() {
    init(1, Map.of());
    ProcessGroups groups = world.get(0);
    assertThatIllegalStateException()
        .isThrownBy(() -> groups.initProcessGroup(Ranks.options(new HashStore(), 0, 1)))
        .withMessage("trying to initialize the default process group twice!");
    groups.newGroup(List.of(0)).orElseThrow().close();

    groups.destroyProcessGroup();

    assertThat(groups.initProcessGroup(Ranks.options(new HashStore(), 0, 1)).name()).isEqualTo("0");
  }

  @Test
  void initBarrier_leavesPyTorchsKeys_andCountsThoseWhoAreNotOfTheGroup() {
    init(2, Map.of("TORCH_DIST_INIT_BARRIER", "1"));

    Background<Optional<ProcessGroup>> made =
        Background.call(() -> world.get(0).newGroup(List.of(0)));
    store.await(Ranks.TIMEOUT, "0//store_based_barrier_key:1");
    assertThat(made.isDone()).isFalse();
    assertThat(store.getString("0//store_based_barrier_key:1")).isEqualTo("1");
    assertThat(world.get(1).newGroup(List.of(0))).isEmpty();

    assertThat(made.result()).isPresent();
    assertThat(store.listKeys())
        .containsExactlyInAnyOrder(
            "0//cpu//0/0",
            "0//cpu//0/1",
            "store_based_barrier_key:0",
            "store_based_barrier_key:0:last_worker",
            "0//1//cpu//0/0",
            "0//store_based_barrier_key:1",
            "0//store_based_barrier_key:1:last_worker");
    assertThat(store.getString("store_based_barrier_key:0")).isEqualTo("2");
    assertThat(store.getString("0//store_based_barrier_key:1:last_worker")).isEqualTo("1");
  }

  @Test
  void initBarrier_thatOneDoesNotReach_failsTheOthers_andTheWorldStaysOfUse() {
    init(2, Map.of("TORCH_DIST_INIT_BARRIER", "1"));

    assertThatExceptionOfType(MusterException.class)
        .isThrownBy(() -> world.get(0).newGroup(List.of(0), SHORT))
        .withMessageContaining("store_based_barrier_key:1:last_worker");

    assertThat(onAll(rank -> sum(rank.defaultGroup(), 1))).containsExactly(2, 2);
  }
}
