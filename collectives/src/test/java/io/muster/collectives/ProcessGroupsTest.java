package io.muster.collectives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.muster.fixtures.Background;
import io.muster.store.HashStore;
import io.muster.store.PrefixStore;
import io.muster.store.Store;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The groups of a rank, and their keys in the store. */
class ProcessGroupsTest {
  private final Store store = new HashStore();

  /** Runs a body as each rank of a world. The body makes the groups. */
  private <T> List<T> asRanks(int size, Function<Member, T> body) {
    List<Background<T>> ranks =
        IntStream.range(0, size)
            .mapToObj(
                rank ->
                    Background.call(
                        () -> {
                          try (ProcessGroups groups = new ProcessGroups()) {
                            return body.apply(new Member(groups, rank, size));
                          }
                        }))
            .toList();
    return ranks.stream().map(Background::result).toList();
  }

  private record Member(ProcessGroups groups, int rank, int size) {}

  private ProcessGroup init(Member member) {
    return member.groups.initProcessGroup(Ranks.options(store, member.rank, member.size));
  }

  @Test
  void groups_haveTheRanksTheyWereAskedFor_inTheirOrder() {
    List<List<Integer>> sums =
        asRanks(
            4,
            member -> {
              ProcessGroup world = init(member);
              Optional<ProcessGroup> some = member.groups.newGroup(List.of(3, 1, 2));
              int[] sum = {member.rank};
              some.ifPresent(
                  group -> {
                    assertThat(group.ranks()).containsExactly(1, 2, 3);
                    assertThat(group.rank()).isEqualTo(member.rank - 1);
                    assertThat(group.size()).isEqualTo(3);
                    assertThat(group.name()).isEqualTo("1");
                    group.allReduce(Tensor.of(sum), ReduceOp.SUM);
                  });
              assertThat(some.isPresent()).isEqualTo(member.rank != 0);
              world.barrier();
              return List.of(sum[0]);
            });

    assertThat(sums).containsExactly(List.of(0), List.of(6), List.of(6), List.of(6));
  }

  /**
   * PyTorch's keys consist of the group's number, the device type, the device's number, and the
   * rank.
   */
  @Test
  void groups_areNumberedOnAllRanksAlike_thoseTooThatARankIsNotIn() {
    asRanks(
        3,
        member -> {
          ProcessGroup world = init(member);
          Optional<ProcessGroup> first = member.groups.newGroup(List.of(0, 1));
          Optional<ProcessGroup> second = member.groups.newGroup(List.of(1, 2));
          first.ifPresent(ProcessGroup::barrier);
          second.ifPresent(ProcessGroup::barrier);
          world.barrier();
          return true;
        });

    assertThat(store.listKeys())
        .containsExactlyInAnyOrder(
            "0//cpu//0/0",
            "0//cpu//0/1",
            "0//cpu//0/2",
            "0//1//cpu//0/0",
            "0//1//cpu//0/1",
            "0//2//cpu//0/0",
            "0//2//cpu//0/1");
  }

  @Test
  void storeOfAGroup_isItsPartOfTheUsers() {
    asRanks(
        2,
        member -> {
          ProcessGroup world = init(member);
          ProcessGroup other = member.groups.newGroup(List.of(0, 1)).orElseThrow();
          world.store().set("key" + member.rank, "of the world");
          other.store().set("key" + member.rank, "of the other");
          assertThat(((PrefixStore) other.store()).underlyingNonPrefixStore()).isSameAs(store);
          other.barrier();
          world.barrier();
          return true;
        });

    assertThat(store.getString("0//key1")).isEqualTo("of the world");
    assertThat(store.getString("0//1//key0")).isEqualTo("of the other");
  }

  @Test
  void initBarrier_meetsInTheStoreUnderPyTorchsKeys() {
    asRanks(
        2,
        member -> {
          ProcessGroupOptions options =
              ProcessGroupOptions.builder()
                  .store(store)
                  .rank(member.rank)
                  .worldSize(2)
                  .timeout(Ranks.TIMEOUT)
                  .environment(Map.of("GLOO_SOCKET_IFNAME", "lo", "TORCH_DIST_INIT_BARRIER", "1"))
                  .build();
          ProcessGroup world = member.groups.initProcessGroup(options);
          // Ranks that are not in the group take part too.
          Optional<ProcessGroup> alone = member.groups.newGroup(List.of(1));
          assertThat(alone.isPresent()).isEqualTo(member.rank == 1);
          world.barrier();
          return true;
        });

    assertThat(store.listKeys())
        .contains(
            "store_based_barrier_key:0",
            "store_based_barrier_key:0:last_worker",
            "0//store_based_barrier_key:1",
            "0//store_based_barrier_key:1:last_worker");
    assertThat(store.add("store_based_barrier_key:0", 0)).isEqualTo(2);
    assertThat(store.add("0//store_based_barrier_key:1", 0)).isEqualTo(2);
  }

  @Test
  void groupsThatMakeNoSense_areRefusedAndTakeNoNumber() {
    asRanks(
        2,
        member -> {
          ProcessGroup world = init(member);
          for (List<Integer> ranks :
              List.of(List.<Integer>of(), List.of(0, 0), List.of(2), List.of(-1, 0))) {
            assertThatIllegalArgumentException()
                .isThrownBy(() -> member.groups.newGroup(ranks))
                .withMessageContaining("different and below 2, but were " + ranks);
          }
          ProcessGroup next = member.groups.newGroup(List.of(0, 1)).orElseThrow();
          assertThat(next.name()).isEqualTo("1");
          next.barrier();
          world.barrier();
          return true;
        });
  }

  @Test
  void withoutADefaultGroup_thereIsNothingToAskFor() {
    ProcessGroups groups = new ProcessGroups();

    assertThat(groups.isInitialized()).isFalse();
    assertThatIllegalStateException().isThrownBy(groups::defaultGroup);
    assertThatIllegalStateException().isThrownBy(() -> groups.newGroup(List.of(0)));
    assertThatIllegalStateException().isThrownBy(groups::destroyProcessGroup);
    groups.close();
  }

  @Test
  void worldOfOne_isAWorld_andCanBeMadeAgainOnceDestroyed() {
    ProcessGroups groups = new ProcessGroups();
    for (int i = 0; i < 2; i++) {
      ProcessGroup world = groups.initProcessGroup(Ranks.options(new HashStore(), 0, 1));
      assertThat(groups.defaultGroup()).isSameAs(world);
      assertThatIllegalStateException()
          .isThrownBy(() -> groups.initProcessGroup(Ranks.options(new HashStore(), 0, 1)))
          .withMessageContaining("twice");
      ProcessGroup other = groups.newGroup(List.of(0)).orElseThrow();
      int[] data = {4};
      other.allReduce(Tensor.of(data), ReduceOp.SUM);
      assertThat(data).containsExactly(4);

      groups.destroyProcessGroup();

      assertThat(groups.isInitialized()).isFalse();
      assertThatIllegalStateException().isThrownBy(world::barrier);
      assertThatIllegalStateException().isThrownBy(other::barrier);
    }
  }

  @Test
  void closingAGroup_leavesTheWorldAsItIs() {
    asRanks(
        2,
        member -> {
          ProcessGroup world = init(member);
          ProcessGroup other = member.groups.newGroup(List.of(0, 1)).orElseThrow();
          other.barrier();
          other.close();
          world.barrier();
          return true;
        });
  }

  @Test
  void closingAViewOfTheDefaultGroup_closesAllGroups() {
    ProcessGroups groups = new ProcessGroups();
    ProcessGroup world = groups.initProcessGroup(Ranks.options(new HashStore(), 0, 1));
    ProcessGroup other = groups.newGroup(List.of(0)).orElseThrow();

    world.withTimeout(Duration.ofSeconds(1)).close();

    assertThat(groups.isInitialized()).isFalse();
    assertThatIllegalStateException().isThrownBy(other::barrier);
  }

  @Test
  void ranksThatMakeNoSense_areRefused() {
    for (int[] rankAndSize : new int[][] {{1, 1}, {-1, 2}, {0, 0}}) {
      try (ProcessGroups groups = new ProcessGroups()) {
        assertThatIllegalArgumentException()
            .isThrownBy(
                () ->
                    groups.initProcessGroup(Ranks.options(store, rankAndSize[0], rankAndSize[1])));
        assertThat(groups.isInitialized()).isFalse();
      }
    }
  }

  @Test
  void distributed_isThisThreadsInside_andTheProcesssOutside() throws Exception {
    ProcessGroups own = new ProcessGroups();
    String name =
        Distributed.with(
            own,
            () -> {
              ProcessGroup world =
                  Distributed.initProcessGroup(Ranks.options(new HashStore(), 0, 1));
              assertThat(Distributed.groups()).isSameAs(own);
              assertThat(Distributed.newGroup(List.of(0))).isPresent();
              return world.name();
            });

    assertThat(name).isEqualTo("0");
    assertThat(own.isInitialized()).isTrue();
    assertThat(Distributed.groups()).isNotSameAs(own);
    assertThat(Distributed.isInitialized()).isFalse();
    own.close();
  }
}
