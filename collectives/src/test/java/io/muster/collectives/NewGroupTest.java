package io.muster.collectives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.muster.fixtures.Background;
import io.muster.store.HashStore;
import io.muster.store.MusterException;
import io.muster.store.Store;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Groups that are made while a rank of the world does something else. */
class NewGroupTest {
  private static final Duration SHORT = Duration.ofMillis(100);

  private final Store store = new HashStore();

  /** The groups of each rank of a world of two. */
  private final List<ProcessGroups> world = List.of(new ProcessGroups(), new ProcessGroups());

  private void init(Map<String, String> environment) {
    List<Background<ProcessGroup>> ranks =
        IntStream.of(0, 1)
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
                                        .worldSize(2)
                                        .timeout(Ranks.TIMEOUT)
                                        .interfaceNames("lo")
                                        .environment(environment)
                                        .build())))
            .toList();
    assertThat(ranks).allSatisfy(rank -> assertThat(rank.result().size()).isEqualTo(2));
  }

  @AfterEach
  void close() {
    List<Background<Boolean>> ranks =
        world.stream().map(rank -> Background.run(rank::close)).toList();
    assertThat(ranks).allSatisfy(rank -> assertThat(rank.result()).isTrue());
  }

  private void assertThatTheWorldIsOfUse() {
    Background<Boolean> other = Background.run(world.get(1).defaultGroup()::barrier);
    world.get(0).defaultGroup().barrier();
    assertThat(other.result()).isTrue();
  }

  @Test
  void rankThatDoesNotJoin_isNamed_andTheWorldStaysOfUse() {
    init(Map.of());

    assertThatExceptionOfType(CollectiveTimeoutException.class)
        .isThrownBy(() -> world.get(0).newGroup(List.of(0, 1), SHORT))
        .satisfies(e -> assertThat(e.missingRanks()).containsExactly(1))
        .withMessageContaining("rank 0 of 2 of group 1 timed out after PT0.1S");

    assertThatTheWorldIsOfUse();
  }

  @Test
  void negativeTimeout_isRefused_andTheNumbersOfGroupsStayTheSame() {
    init(Map.of());

    assertThatIllegalArgumentException()
        .isThrownBy(() -> world.get(0).newGroup(List.of(0, 1), Duration.ofMillis(-1)))
        .withMessage("timeout must not be negative but was PT-0.001S");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> world.get(0).defaultGroup().monitoredBarrier(Duration.ofMillis(-1), true));

    Background<Optional<ProcessGroup>> other =
        Background.call(() -> world.get(1).newGroup(List.of(0, 1)));
    assertThat(world.get(0).newGroup(List.of(0, 1))).isPresent();
    assertThat(other.result()).isPresent();
    assertThatTheWorldIsOfUse();
  }

  @Test
  void initBarrier_holdsUpAMemberUntilThoseWhoAreNoneHaveCome() {
    init(Map.of("TORCH_DIST_INIT_BARRIER", "1"));

    Background<Optional<ProcessGroup>> member =
        Background.call(() -> world.get(0).newGroup(List.of(0)));
    store.await(Ranks.TIMEOUT, "0//store_based_barrier_key:1");
    assertThat(member.isDone()).isFalse();
    assertThat(world.get(1).newGroup(List.of(0))).isEmpty();

    assertThat(member.result()).isPresent();
    assertThat(store.getString("0//store_based_barrier_key:1:last_worker")).isEqualTo("1");
  }

  @Test
  void initBarrier_thatOneDoesNotReach_failsTheOther_andTheWorldStaysOfUse() {
    init(Map.of("TORCH_DIST_INIT_BARRIER", "1"));

    assertThatExceptionOfType(MusterException.class)
        .isThrownBy(() -> world.get(0).newGroup(List.of(0), SHORT))
        .withMessageContaining("store_based_barrier_key:1:last_worker");

    assertThatTheWorldIsOfUse();
  }
}
