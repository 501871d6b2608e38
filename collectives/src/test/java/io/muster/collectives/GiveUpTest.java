package io.muster.collectives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.muster.collectives.internal.wire.RankInfo;
import io.muster.fixtures.Background;
import io.muster.fixtures.FreePort;
import io.muster.store.HashStore;
import io.muster.store.Store;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Fault D2. While a call makes a group, other methods of its {@link ProcessGroups} do not block,
 * and {@link ProcessGroups#close} cancels the call. No lock is held while it waits for other ranks.
 */
@Timeout(60)
class GiveUpTest {
  private final Store store = new HashStore();
  private final ProcessGroups groups = new ProcessGroups();

  @AfterEach
  void close() {
    groups.close();
  }

  private ProcessGroupOptions alone() {
    return Ranks.options(store, 0, 2);
  }

  /** Makes the default group on another thread, which waits when this method returns. */
  private Background<Boolean> meet(ProcessGroupOptions options) {
    return Background.call(
            () -> {
              try {
                groups.initProcessGroup(options);
              } catch (CollectiveException e) {
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
                throw e;
              }
              return true;
            })
        .awaitBlocked();
  }

  private static void assertGivenUp(Background<?> meeting, String operation) {
    assertThat(meeting.failure())
        .isInstanceOfSatisfying(
            CollectiveException.class, e -> assertThat(e.operation()).isEqualTo(operation))
        .hasMessage(operation + " was cancelled: the groups were closed meanwhile");
  }

  @Test
  void whileTheOthersAreAwaited_questionsAreAnsweredAtOnce() {
    Background<Boolean> meeting = meet(alone());

    assertThat(groups.isInitialized()).isFalse();
    assertThatIllegalStateException()
        .isThrownBy(groups::defaultGroup)
        .withMessageContaining("has not been initialized");
    assertThatIllegalStateException()
        .isThrownBy(() -> groups.initProcessGroup(alone()))
        .withMessageContaining("twice");
    assertThat(meeting.isDone()).isFalse();
  }

  @Test
  void close_givesUpAMeetingAtAStore_afterWhichThereMayBeAnother() {
    Background<Boolean> meeting = meet(alone());

    groups.close();

    assertGivenUp(meeting, "initProcessGroup");
    assertThat(groups.isInitialized()).isFalse();
    ProcessGroup one = groups.initProcessGroup(Ranks.options(new HashStore(), 0, 1));
    one.barrier();
  }

  private static ProcessGroupOptions at(int port, int rank) {
    return ProcessGroupOptions.builder()
        .initMethod("tcp://127.0.0.1:" + port)
        .rank(rank)
        .worldSize(2)
        .interfaceNames("lo")
        .environment(Map.of())
        .build();
  }

  @Test
  void close_givesUpHosting_andFreesThePort() throws Exception {
    int port = FreePort.find();
    Background<Boolean> meeting = meet(at(port, 0));

    groups.close();

    assertGivenUp(meeting, "initProcessGroup");
    try (ServerSocket server = new ServerSocket()) {
      server.setReuseAddress(true);
      server.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port));
    }
  }

  @Test
  void close_givesUpConnectingToAHostThatIsNotThere() {
    Background<Boolean> meeting = meet(at(FreePort.find(), 1));

    groups.close();

    assertGivenUp(meeting, "initProcessGroup");
  }

  /** A peer that has published its address and does not connect. */
  @Test
  void close_givesUpWaitingForAConnection() throws Exception {
    InetSocketAddress greater =
        new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 2}), 9);
    store.set(RawPeer.key(1), RankInfo.encode(new byte[0], greater, 0, 1));
    Background<Boolean> meeting = meet(alone());

    groups.close();

    assertGivenUp(meeting, "initProcessGroup");
  }

  @Test
  void newGroup_holdsUpNobody_andIsGivenUpByClose() {
    List<ProcessGroup> world = join();
    Background<Boolean> meeting =
        Background.call(() -> groups.newGroup(List.of(0, 1)).isPresent()).awaitBlocked();

    assertThat(groups.isInitialized()).isTrue();
    assertThat(groups.defaultGroup()).isSameAs(world.get(0));
    Background<Boolean> other = Background.run(world.get(1)::barrier);
    world.get(0).barrier();
    assertThat(other.result()).isTrue();
    assertThat(meeting.isDone()).isFalse();

    groups.close();

    assertGivenUp(meeting, "newGroup");
    assertThat(groups.isInitialized()).isFalse();
    world.get(1).close();
  }

  @Test
  void newGroup_isGivenUpWhenTheDefaultGroupIsClosed() {
    List<ProcessGroup> world = join();
    Background<Boolean> meeting =
        Background.call(() -> groups.newGroup(List.of(0, 1)).isPresent()).awaitBlocked();

    world.get(0).close();

    assertGivenUp(meeting, "newGroup");
    world.get(1).close();
  }

  private List<ProcessGroup> join() {
    Background<ProcessGroup> other =
        Background.call(() -> new ProcessGroups().initProcessGroup(Ranks.options(store, 1, 2)));
    ProcessGroup first = groups.initProcessGroup(Ranks.options(store, 0, 2));
    return List.of(first, other.result());
  }
}
