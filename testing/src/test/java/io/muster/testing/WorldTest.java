package io.muster.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.collectives.Distributed;
import io.muster.collectives.ProcessGroup;
import io.muster.collectives.ProcessGroupOptions;
import io.muster.collectives.ReduceOp;
import io.muster.collectives.Tensor;
import io.muster.collectives.Work;
import io.muster.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a body sees of its world. After each test it is known that as many ranks ran as should. */
@World(size = 3)
class WorldTest {
  private final Map<Integer, Thread> ran = new ConcurrentHashMap<>();
  private final AtomicInteger runs = new AtomicInteger();
  private int expected = 3;

  @BeforeEach
  void nothingRanYet() {
    assertThat(ran).isEmpty();
  }

  @AfterEach
  void everyRankRanOnce() {
    Set<Integer> ranks = new TreeSet<>();
    for (int rank = 0; rank < expected; rank++) {
      ranks.add(rank);
    }
    assertThat(ran.keySet()).isEqualTo(ranks);
    assertThat(runs).hasValue(expected);
    assertThat(ran.values()).noneMatch(Thread::isAlive).doesNotHaveDuplicates();
  }

  private void note(int rank) {
    ran.put(rank, Thread.currentThread());
    runs.incrementAndGet();
  }

  @Test
  void parameters_areTheRanksOwn(Rank rank, ProcessGroup group, Store store) {
    note(rank.rank());

    assertThat(rank.size()).isEqualTo(3);
    assertThat(group.rank()).isEqualTo(rank.rank());
    assertThat(group.size()).isEqualTo(3);
    assertThat(group).isSameAs(Distributed.defaultGroup());
    assertThat(store.add("ranks", 1)).isBetween(1L, 3L);
    group.barrier();
    assertThat(store.add("ranks", 0)).isEqualTo(3);
  }

  @Test
  @World(size = 4)
  void world_onTheMethod_goesBeforeTheOneOnTheClass(ProcessGroup group) {
    synchronized (this) {
      expected = 4;
    }
    note(group.rank());
    int[] data = {group.rank()};

    group.allReduce(Tensor.of(data), ReduceOp.SUM);

    assertThat(data).containsExactly(6);
  }

  @Test
  void groups_madeInTheBody_areOfTheRank(Rank rank) {
    note(rank.rank());

    var pair = Distributed.newGroup(List.of(0, 2));

    assertThat(pair.isPresent()).isEqualTo(rank.rank() != 1);
    pair.ifPresent(ProcessGroup::barrier);
  }

  @Test
  void otherParameters_areOneForAllRanks(@TempDir Path directory, Rank rank, Store store) {
    note(rank.rank());
    store.set("directory of " + rank.rank(), directory.toString());

    assertThat(store.getString("directory of 0")).isEqualTo(directory.toString());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 1000})
  void parameterizedTest_givesItsArgumentsToAllRanks(int length, ProcessGroup group) {
    note(group.rank());
    float[] data = new float[length];
    data[length - 1] = 1;

    group.allReduce(Tensor.of(data), ReduceOp.SUM);

    assertThat(data[length - 1]).isEqualTo(3);
  }

  @RepeatedTest(2)
  void repeatedTest_hasAWorldEachTime(RepetitionInfo repetition, Rank rank, Store store) {
    note(rank.rank());
    store.set(rank.toString(), String.valueOf(repetition.getCurrentRepetition()));

    assertThat(store.getString(new Rank(0, 3).toString()))
        .isEqualTo(String.valueOf(repetition.getCurrentRepetition()));
  }

  @Test
  void body_thatEndsBeforeTheOthers_leavesItsConnectionsOpen(ProcessGroup group, Store store) {
    note(group.rank());
    if (group.rank() == 0) {
      Work sent = group.async().send(Tensor.of(new int[] {7}), 1, 0);
      assertThat(sent.isDone()).isFalse();
      store.set("ending", "");
    } else if (group.rank() == 1) {
      store.await("ending");
      Blocked.await(ran.get(0));
      int[] data = new int[1];

      group.recv(Tensor.of(data), 0, 0);

      assertThat(data).containsExactly(7);
    }
  }

  @Test
  void body_thatLeavesItsThreadInterrupted_disturbsNobody(ProcessGroup group) {
    note(group.rank());
    group.barrier();

    Thread.currentThread().interrupt();
  }

  @Test
  @World(size = 3, init = false)
  void withoutInit_theBodyMakesTheGroup(Rank rank, Store store) throws IOException {
    note(rank.rank());
    assertThat(Distributed.isInitialized()).isFalse();

    ProcessGroup group =
        Distributed.initProcessGroup(
            ProcessGroupOptions.builder()
                .store(store)
                .rank(rank.rank())
                .worldSize(rank.size())
                .interfaceNames(LocalWorld.loopback())
                .build());

    assertThat(Distributed.defaultGroup()).isSameAs(group);
    group.barrier();
  }

  @Nested
  class Within {
    @Test
    void world_isThatOfTheClassAround(ProcessGroup group) {
      note(group.rank());

      assertThat(group.size()).isEqualTo(3);
    }
  }
}
