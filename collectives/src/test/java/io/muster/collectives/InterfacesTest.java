package io.muster.collectives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.muster.collectives.internal.wire.MalformedMessageException;
import io.muster.collectives.internal.wire.RankInfo;
import io.muster.fixtures.Background;
import io.muster.store.HashStore;
import io.muster.store.Store;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The network interfaces that a rank listens on. */
class InterfacesTest {
  private final Store store = new HashStore();

  /** A world of two over the given interfaces, in which all operations work. */
  private void useWorld(UnaryOperator<ProcessGroupOptions.Builder> interfaces) {
    List<Background<Boolean>> ranks =
        IntStream.of(0, 1).mapToObj(rank -> Background.run(() -> use(rank, interfaces))).toList();
    assertThat(ranks).allSatisfy(rank -> assertThat(rank.result()).isTrue());
  }

  private void use(int rank, UnaryOperator<ProcessGroupOptions.Builder> interfaces) {
    ProcessGroupOptions options =
        interfaces
            .apply(
                ProcessGroupOptions.builder()
                    .store(store)
                    .rank(rank)
                    .worldSize(2)
                    .timeout(Ranks.TIMEOUT)
                    .environment(Map.of()))
            .build();
    try (ProcessGroups groups = new ProcessGroups()) {
      ProcessGroup group = groups.initProcessGroup(options);
      for (int call = 0; call < 5; call++) {
        int[] data = {rank, call};
        group.allReduce(Tensor.of(data), ReduceOp.SUM);
        assertThat(data).containsExactly(1, 2 * call);
      }
      for (int tag = 0; tag < 3; tag++) {
        int[] data = {rank == 0 ? 10 + tag : 0};
        if (rank == 0) {
          group.send(Tensor.of(data), 1, tag);
        } else {
          assertThat(group.recvAnySource(Tensor.of(data), tag)).isZero();
          assertThat(data).containsExactly(10 + tag);
        }
      }
      group.monitoredBarrier(Ranks.TIMEOUT);
      group.barrier();
    }
  }

  private RankInfo published(String key) throws MalformedMessageException {
    return RankInfo.decode(store.get(key), 0, 1, 2);
  }

  @Test
  void severalInterfaces_haveConnectionsAndKeysOfTheirOwn() throws MalformedMessageException {
    useWorld(options -> options.interfaceNames("lo", "lo"));

    assertThat(store.listKeys())
        .containsExactlyInAnyOrder("0//cpu//0/0", "0//cpu//0/1", "0//cpu//1/0", "0//cpu//1/1");
    assertThat(published("0//cpu//0/0").address().getPort())
        .isNotEqualTo(published("0//cpu//1/0").address().getPort());
  }

  @Test
  void environment_namesThemAsWell() {
    useWorld(options -> options.environment(Map.of("GLOO_SOCKET_IFNAME", "lo,lo,lo")));

    assertThat(store.listKeys()).hasSize(6);
  }

  @Test
  void options_goBeforeTheEnvironment() throws MalformedMessageException {
    useWorld(
        options ->
            options.interfaceNames("lo").environment(Map.of("GLOO_SOCKET_IFNAME", "nonesuch")));

    assertThat(published("0//cpu//0/0").address().getAddress().isLoopbackAddress()).isTrue();
  }

  @Test
  void noInterface_isAnAddressThatThisMachineHas() throws MalformedMessageException {
    useWorld(options -> options);

    assertThat(published("0//cpu//0/0").address().getAddress().isAnyLocalAddress()).isFalse();
  }

  @Test
  void interfaceThatDoesNotExist_isRefusedWithThoseThatDo_beforeAnythingIsPublished() {
    ProcessGroupOptions options =
        ProcessGroupOptions.builder()
            .store(store)
            .rank(0)
            .worldSize(1)
            .interfaceNames("lo", "nonesuch")
            .build();

    try (ProcessGroups groups = new ProcessGroups()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> groups.initProcessGroup(options))
          .withMessageStartingWith("there is no network interface nonesuch, only [")
          .withMessageContaining("lo");
      assertThat(groups.isInitialized()).isFalse();
    }
    assertThat(store.listKeys()).isEmpty();
  }
}
