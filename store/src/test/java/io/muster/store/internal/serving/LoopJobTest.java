package io.muster.store.internal.serving;

import static io.muster.store.internal.serving.SteppedLoop.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.store.internal.keyspace.KeyspaceSnapshot;
import io.muster.store.internal.wire.Opcode;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Several jobs on one event loop, stepped by hand. */
class LoopJobTest {
  private final SteppedLoop loop = new SteppedLoop();
  private final LoopJob first = loop.firstJob();
  private final LoopJob second = loop.addJob();

  private FakeSocket clientOf(LoopJob job, String name) {
    return loop.connect(job, name);
  }

  private void set(FakeSocket client, String key, String value) {
    client.send(to -> to.set(bytes(key), bytes(value)));
    loop.settle();
  }

  @Test
  void keys_areThoseOfTheJobThatTheClientConnectedTo() {
    set(clientOf(first, "a"), "key", "1");
    set(clientOf(second, "b"), "key", "2");
    set(clientOf(second, "c"), "other", "3");

    assertThat(first.state.keyspace.get(bytes("key"))).isEqualTo(bytes("1"));
    assertThat(second.state.keyspace.get(bytes("key"))).isEqualTo(bytes("2"));
    assertThat(first.state.statistics().keys()).isEqualTo(1);
    assertThat(second.state.statistics().keys()).isEqualTo(2);
    assertThat(first.state.statistics().openConnections()).isEqualTo(1);
    assertThat(second.state.statistics().openConnections()).isEqualTo(2);
    assertThat(first.state.statistics().requests()).containsEntry(Opcode.SET, 1L);
  }

  @Test
  void waiter_isNotReleasedByAnotherJob() {
    FakeSocket waiter = clientOf(first, "waiter");
    waiter.send(to -> to.await(List.of(bytes("key"))));
    loop.settle();

    set(clientOf(second, "b"), "key", "1");
    assertThat(waiter.receivedBytes()).isEmpty();

    set(clientOf(first, "a"), "key", "1");
    assertThat(waiter.receivedBytes()).isNotEmpty();
  }

  @Test
  void memory_isSharedByTheJobs_andReleasedByTheirEnd() {
    long empty = first.state.memory.all.used();
    set(clientOf(first, "a"), "key", "x".repeat(1000));
    long one = first.state.memory.stored.used();
    set(clientOf(second, "b"), "key", "x".repeat(1000));

    assertThat(first.state.memory).isSameAs(second.state.memory);
    assertThat(first.state.memory.stored.used()).isEqualTo(2 * one);

    loop.removeJob(second);
    loop.settle();
    assertThat(first.state.memory.stored.used()).isEqualTo(one);

    loop.removeJob(first);
    loop.settle();
    assertThat(first.state.memory.all.used()).isEqualTo(empty);
  }

  @Test
  void valuesThatASnapshotKeeps_areCounted_untilItOrTheJobEnds() {
    MemoryBudget stored = second.state.memory.stored;
    FakeSocket client = clientOf(second, "b");
    set(client, "key", "x".repeat(1000));
    long one = stored.used();

    KeyspaceSnapshot snapshot = second.state.keyspace.snapshot();
    set(client, "key", "y".repeat(1000));
    assertThat(stored.used()).isBetween(one + 1000, 2 * one);
    snapshot.close();
    second.state.settle();
    assertThat(stored.used()).isEqualTo(one);

    KeyspaceSnapshot next = second.state.keyspace.snapshot();
    loop.removeJob(second);
    assertThat(stored.used()).isZero();
    loop.settle();
    assertThat(stored.used()).isZero();
    next.close();
  }

  @Test
  void clear_deletesTheKeysAndQueues_andLeavesTheClients() {
    FakeSocket client = clientOf(first, "a");
    set(client, "key", "1");
    client.send(to -> to.queuePush(bytes("queue"), bytes("item")));
    set(clientOf(second, "b"), "key", "2");

    first.state.clear(() -> {});
    loop.settle();

    assertThat(first.state.statistics().keys()).isZero();
    assertThat(first.state.statistics().storedBytes()).isZero();
    assertThat(first.state.keyspace.queueLength(bytes("queue"))).isZero();
    assertThat(second.state.statistics().keys()).isEqualTo(1);
    assertThat(client.isClosed()).isFalse();
    set(client, "key", "3");
    assertThat(first.state.keyspace.get(bytes("key"))).isEqualTo(bytes("3"));
  }

  @Test
  void clear_leavesWaitersThatAreReleasedLater() {
    FakeSocket waiter = clientOf(first, "waiter");
    waiter.send(to -> to.await(List.of(bytes("key"))));
    loop.settle();

    first.state.clear(() -> {});
    loop.settle();
    assertThat(waiter.receivedBytes()).isEmpty();

    set(clientOf(first, "a"), "key", "1");
    assertThat(waiter.receivedBytes()).isNotEmpty();
  }

  @Test
  void reset_disconnectsTheClientsOfTheJobOnly_andServesNothingThatTheyHaveSent() {
    FakeSocket client = clientOf(first, "a");
    FakeSocket waiter = clientOf(first, "waiter");
    waiter.send(to -> to.await(List.of(bytes("key"))));
    FakeSocket other = clientOf(second, "b");
    set(other, "key", "1");
    loop.settle();
    client.send(to -> to.set(bytes("late"), bytes("1")));

    first.reset("as the test wants", () -> {});
    loop.settle();

    assertThat(client.isClosed()).isTrue();
    assertThat(waiter.isClosed()).isTrue();
    assertThat(other.isClosed()).isFalse();
    assertThat(first.state.statistics().keys()).isZero();
    assertThat(first.state.statistics().openConnections()).isZero();
    assertThat(first.state.statistics().waits()).isZero();
    assertThat(first.state.statistics().brokenConnections()).isZero();
    assertThat(second.state.statistics().keys()).isEqualTo(1);
    set(clientOf(first, "next"), "key", "2");
    assertThat(first.state.statistics().keys()).isEqualTo(1);
  }

  @Test
  void reset_whileAClientOwesReplies_forgetsThem() {
    FakeSocket client = clientOf(first, "slow");
    set(client, "key", "x".repeat(100_000));
    client.takeNothing();
    client.makeRoom(10);
    client.send(to -> to.get(bytes("key")));
    loop.settle();

    first.reset("as the test wants", () -> {});
    loop.settle();

    assertThat(client.isClosed()).isTrue();
    assertThat(first.state.memory.transfers.budget().used()).isZero();
  }

  @Test
  void removedJob_acceptsNobody_andTheOthersAreServed() {
    FakeSocket client = clientOf(second, "b");

    loop.removeJob(second);
    loop.settle();

    assertThat(client.isClosed()).isTrue();
    set(clientOf(first, "a"), "key", "1");
    assertThat(first.state.statistics().keys()).isEqualTo(1);
  }
}
