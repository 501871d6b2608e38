package io.muster.collectives;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.collectives.internal.wire.RankInfo;
import io.muster.fixtures.Background;
import io.muster.store.HashStore;
import io.muster.store.Store;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Fault D4. A process that connects and sends the number of a rank is not accepted as that rank. It
 * must send the identifier that the store holds for that rank.
 */
@Timeout(60)
class StrangerTest {
  private final Store store = new HashStore();

  private Background<int[]> sum(int rank) {
    return Background.call(
        () -> {
          try (ProcessGroups groups = new ProcessGroups();
              ProcessGroup group = groups.initProcessGroup(Ranks.options(store, rank, 2))) {
            int[] data = {rank, 1};
            group.allReduce(Tensor.of(data), ReduceOp.SUM);
            group.barrier();
            return data;
          }
        });
  }

  @Test
  void strangersWhoAreFirstToSayARanksNumber_areLetGo_andTheRankIsServed() throws Exception {
    Background<int[]> first = sum(0);
    RankInfo info = RankInfo.decode(store.get(RawPeer.key(0)), 0, 1, 2);
    List<Socket> strangers = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      Socket stranger = new Socket(info.address().getAddress(), info.address().getPort());
      stranger.getOutputStream().write(RawPeer.identifier(i % 2));
      strangers.add(stranger);
    }

    Background<int[]> second = sum(1);

    assertThat(first.result()).containsExactly(1, 2);
    assertThat(second.result()).containsExactly(1, 2);
    for (Socket stranger : strangers) {
      RawPeer.awaitClosed(stranger);
      stranger.close();
    }
  }

  @Test
  void identifierOfARank_isNotItsNumber_andAnotherInEachWorld() throws Exception {
    Background<int[]> first = sum(0);
    long identifier = RankInfo.decode(store.get(RawPeer.key(0)), 0, 1, 2).identifierOfReader();
    assertThat(identifier).isGreaterThan(Integer.MAX_VALUE);
    assertThat(sum(1).result()).containsExactly(1, 2);
    assertThat(first.result()).containsExactly(1, 2);
  }
}
