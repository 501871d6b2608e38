package io.muster.store.internal.serving;

import static io.muster.store.internal.serving.SteppedLoop.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.store.internal.keyspace.Command;
import io.muster.store.internal.serving.FakeSocket.Request;
import io.muster.store.internal.wire.Hello;
import io.muster.store.internal.wire.KeyChanges;
import io.muster.store.internal.wire.KeyChanges.KeyChange;
import io.muster.store.internal.wire.Protocol;
import io.muster.store.internal.wire.Reply;
import io.muster.store.internal.wire.WireInput;
import io.muster.store.internal.wire.WireLimits;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Clients that watch: what they are replied, when they are woken, and what is kept for them. */
class WatchTest {
  private static final Request PING = to -> to.ping(7);
  private static final String PONG = "07000000";
  private static final String RELEASED = "00";
  private static final String CANCELED = "01";

  private final SteppedLoop loop = new SteppedLoop();
  private final FakeSocket watcher = loop.connect("watcher");
  private final FakeSocket setter = loop.connect("setter");

  private static Request awaitChange(String prefix, long after) {
    return to -> to.awaitChange(bytes(prefix), after);
  }

  private static Request set(String key, String value) {
    return to -> to.set(bytes(key), bytes(value));
  }

  private void send(FakeSocket from, Request... requests) {
    from.send(requests);
    loop.settle();
  }

  /** What the server replies to CHANGES, as text; {@code missed} if it does not know them. */
  private List<String> changes(String prefix, long after) {
    return changes(watcher, prefix, after);
  }

  private List<String> changes(FakeSocket client, String prefix, long after) {
    send(client, to -> to.changes(bytes(prefix), after));
    return read(client.receivedBytes());
  }

  private static List<String> read(byte[] reply) {
    WireInput in = new WireInput(new ByteArrayInputStream(reply));
    List<String> read = new ArrayList<>();
    try {
      if (in.getByte() == Reply.NOT_KEPT) {
        return List.of("missed", "up to " + in.getLong());
      }
      KeyChanges changes = KeyChanges.read(in);
      for (KeyChange change : changes.changes()) {
        read.add(text(change));
      }
      read.add("up to " + changes.revision());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return read;
  }

  private static String text(KeyChange change) {
    String key = change.revision() + " " + new String(change.key(), StandardCharsets.UTF_8);
    return switch (change.kind()) {
      case KeyChanges.SET -> key + "=" + new String(change.value(), StandardCharsets.UTF_8);
      case KeyChanges.DELETED -> key + " deleted";
      default -> key + "cleared";
    };
  }

  private long revision() {
    return loop.state().keyspace.history().revision();
  }

  @Test
  void changes_afterARevision_areReplied() {
    send(setter, set("/a", "0"));
    assertThat(changes("/", -1)).containsExactly("up to 1");

    send(setter, set("/a", "1"), set("b", "2"), to -> to.append(bytes("/a"), bytes("3")));
    send(setter, to -> to.deleteKey(bytes("/a")), to -> to.add(bytes("/n"), 5));
    setter.receivedBytes();

    assertThat(changes("/", 1))
        .containsExactly("2 /a=1", "4 /a=13", "5 /a deleted", "6 /n=5", "up to 6");
    assertThat(changes("/n", 1)).containsExactly("6 /n=5", "up to 6");
    assertThat(changes("", 4)).containsExactly("5 /a deleted", "6 /n=5", "up to 6");
    assertThat(changes("/", 6)).containsExactly("up to 6");
  }

  @Test
  void changes_beforeAnyoneWatched_orOfTheFuture_areNotKnown() {
    send(setter, set("/a", "0"));

    assertThat(changes("/", 0)).containsExactly("missed", "up to 1");
    assertThat(changes("/", 2)).containsExactly("missed", "up to 1");
    assertThat(changes("/", 1)).containsExactly("up to 1");
  }

  @Test
  void wait_endsWithTheFirstChangeOfThePrefix() {
    assertThat(changes("/a", -1)).containsExactly("up to 0");
    send(watcher, awaitChange("/a", 0), PING);
    send(setter, set("/b", "v"), to -> to.queuePush(bytes("/a"), bytes("item")));
    assertThat(watcher.received()).isEqualTo(PONG);

    send(setter, set("/a/b", "v"));
    assertThat(watcher.received()).isEqualTo(RELEASED);
    send(setter, set("/a/b", "w"));
    assertThat(watcher.received()).isEmpty();
    assertThat(changes("/a", 0)).containsExactly("3 /a/b=v", "4 /a/b=w", "up to 4");
  }

  @Test
  void wait_endsAtOnce_ifTheChangeHasHappened_orIsNotKnown() {
    send(setter, set("/a", "0"));
    send(watcher, awaitChange("/a", 0));
    assertThat(watcher.received()).isEqualTo(RELEASED);
    send(watcher, awaitChange("/a", 1));
    assertThat(watcher.received()).isEmpty();
    send(setter, set("/a", "1"));
    assertThat(watcher.received()).isEqualTo(RELEASED);
    send(watcher, awaitChange("/a", 1));
    assertThat(watcher.received()).isEqualTo(RELEASED);
    send(watcher, awaitChange("/a", 5));
    assertThat(watcher.received()).isEqualTo(RELEASED);
  }

  @Test
  void deletion_andClearing_endWaits() {
    send(setter, set("/a", "0"), set("/b", "0"));
    send(watcher, awaitChange("/a", 2));
    send(setter, to -> to.deleteKey(bytes("/a")));
    assertThat(watcher.received()).isEqualTo(RELEASED);
    send(watcher, awaitChange("/a", 3));

    loop.state().clear(() -> {});
    loop.settle();

    assertThat(watcher.received()).isEqualTo(RELEASED);
    assertThat(changes("/a", 3)).containsExactly("4 cleared", "up to 4");
  }

  @Test
  void canceledWait_isNotEnded() {
    send(watcher, awaitChange("/a", 0), to -> to.cancelWait());
    assertThat(watcher.received()).isEqualTo(CANCELED);

    send(setter, set("/a", "v"));

    assertThat(watcher.received()).isEmpty();
    assertThat(changes("/a", 0)).containsExactly("1 /a=v", "up to 1");
  }

  @Test
  void anotherWait_replacesTheWaitForAChange_andTheReverse() {
    send(watcher, awaitChange("/a", 0), to -> to.await(List.of(bytes("/k"))));
    send(setter, set("/a", "v"));
    assertThat(watcher.received()).isEmpty();
    send(setter, set("/k", "v"));
    assertThat(watcher.received()).isEqualTo(RELEASED);

    send(watcher, to -> to.await(List.of(bytes("/l"))), awaitChange("/a", 2));
    send(setter, set("/l", "v"));
    assertThat(watcher.received()).isEmpty();
    send(setter, set("/a", "v"));
    assertThat(watcher.received()).isEqualTo(RELEASED);
  }

  @Test
  void clientsOwnChange_endsItsWait_beforeItsReply() {
    send(watcher, awaitChange("/n", 0), to -> to.add(bytes("/n"), 1));

    assertThat(watcher.received()).isEqualTo(RELEASED + "0100000000000000");
  }

  /** The end of the wait must not be written into the changes. */
  @Test
  void changeDuringALongReply_isReportedAfterIt() {
    assertThat(changes("/", -1)).containsExactly("up to 0");
    send(setter, to -> to.set(bytes("/long"), new byte[1_000_000]));
    watcher.takeNothing();
    watcher.makeRoom(100_000);
    send(watcher, awaitChange("/x", 1), to -> to.changes(bytes("/long"), 0));
    send(setter, set("/x", "v"));

    watcher.takeEverything();
    loop.settle();

    byte[] received = watcher.receivedBytes();
    assertThat(read(received)).last().isEqualTo("up to 1");
    // The reply, and the end of the wait.
    assertThat(received).hasSize(1 + 8 + 8 + (8 + 9 + 5) + (8 + 1_000_000) + 1).endsWith(0);
  }

  @Test
  void manyChanges_areRepliedInParts() {
    assertThat(changes("/", -1)).containsExactly("up to 0");
    for (int i = 0; i < 10; i++) {
      send(setter, to -> to.set(bytes("/k"), new byte[20_000]));
    }

    List<String> read = new ArrayList<>();
    long revision = 0;
    int replies = 0;
    while (revision < 10) {
      List<String> part = changes("/k", revision);
      read.addAll(part.subList(0, part.size() - 1));
      String upTo = part.get(part.size() - 1);
      revision = Long.parseLong(upTo.substring("up to ".length()));
      replies++;
    }

    assertThat(read).hasSize(10);
    assertThat(replies).isEqualTo(3);
  }

  /** Others' changes fill the history while the client waits, or does something else. */
  @Test
  void clientWhoseKeysDidNotChange_missesNothing_howeverManyOtherChangesThereAre() {
    assertThat(changes("/rare", -1)).containsExactly("up to 0");
    send(watcher, awaitChange("/rare", 0));
    fillHistory();
    send(watcher, to -> to.cancelWait());
    assertThat(watcher.received()).isEqualTo(CANCELED);

    fillHistory();
    send(watcher, awaitChange("/rare", 0));
    assertThat(watcher.received()).isEmpty();
    fillHistory();
    send(setter, set("/rare", "v"));
    assertThat(watcher.received()).isEqualTo(RELEASED);
    long changed = revision();
    send(setter, set("/common", "v"));

    assertThat(changes("/rare", 0)).containsExactly(changed + " /rare=v", "up to " + (changed + 1));
    fillHistory();
    assertThat(changes("/rare", changed + 1)).containsExactly("up to " + revision());

    // Another client does not know that nothing has changed.
    assertThat(changes(loop.connect("late"), "/rare", 0)).first().isEqualTo("missed");
  }

  @Test
  void clientWhoseKeysChanged_tooLongAgo_hasMissedThat() {
    assertThat(changes("/rare", -1)).containsExactly("up to 0");
    send(setter, set("/rare", "v"));
    fillHistory();

    assertThat(changes("/rare", 0)).containsExactly("missed", "up to " + revision());
    assertThat(changes("/rare", revision())).containsExactly("up to " + revision());
    send(watcher, awaitChange("/rare", revision()));
    assertThat(watcher.received()).isEmpty();
    send(setter, set("/rare", "w"));
    assertThat(watcher.received()).isEqualTo(RELEASED);
  }

  private void fillHistory() {
    for (int i = 0; i < 20; i++) {
      setter.send(FakeSocket.encoded(repeat(1000, set("/common", "v"))));
      loop.settle();
    }
  }

  private static Request[] repeat(int times, Request request) {
    Request[] all = new Request[times];
    Arrays.fill(all, request);
    return all;
  }

  @Test
  void history_isKeptWhileClientsWatch_andAMinuteLonger() {
    send(setter, set("/a", "0"));
    assertThat(loop.state().keyspace.history().isKept()).isFalse();
    assertThat(changes("/", -1)).containsExactly("up to 1");
    send(setter, set("/a", "1"));
    loop.passNanos(Duration.ofHours(1).toNanos());
    loop.settle();
    assertThat(loop.state().keyspace.history().isKept()).isTrue();
    assertThat(historyBytes()).isPositive();

    watcher.endInput();
    loop.settle();
    loop.passNanos(JobHistory.GRACE_NANOS - 1);
    loop.settle();
    FakeSocket next = loop.connect("next");
    assertThat(changes(next, "/", 1)).containsExactly("2 /a=1", "up to 2");

    next.endInput();
    loop.settle();
    loop.runOnce();
    assertThat(loop.poller.lastMillis()).isBetween(59_000L, 60_001L);
    loop.passNanos(JobHistory.GRACE_NANOS);
    loop.settle();
    assertThat(loop.state().keyspace.history().isKept()).isFalse();
    assertThat(historyBytes()).isZero();
    assertThat(changes(loop.connect("late"), "/", 1)).first().isEqualTo("missed");
  }

  private long historyBytes() {
    return loop.state().memory.histories.budget().used();
  }

  @Test
  void jobs_haveRevisionsOfTheirOwn_andShareTheMemory() {
    LoopJob other = loop.addJob();
    FakeSocket inOther = loop.connect(other, "other");
    long all = loop.state().memory.histories.budget().limit();
    assertThat(changes("/", -1)).containsExactly("up to 0");
    for (int i = 0; i < 100; i++) {
      send(setter, to -> to.set(bytes("/k"), new byte[1_000_000]));
    }
    assertThat(historyBytes()).isBetween(all * 9 / 10, all);

    assertThat(changes(inOther, "/", -1)).containsExactly("up to 0");
    assertThat(historyBytes()).isBetween(all * 4 / 10, all / 2);
    send(inOther, set("/k", "v"));
    assertThat(changes(inOther, "/", 0)).containsExactly("1 /k=v", "up to 1");

    loop.removeJob(other);
    loop.settle();
    assertThat(inOther.isClosed()).isTrue();
    for (int i = 0; i < 100; i++) {
      send(setter, to -> to.set(bytes("/k"), new byte[1_000_000]));
    }
    assertThat(historyBytes()).isBetween(all * 9 / 10, all);
  }

  @Test
  void resetJob_disconnectsWatchers_whoCanResume() {
    assertThat(changes("/", -1)).containsExactly("up to 0");
    send(setter, set("/k", "v"));

    loop.firstJob().reset("reset", () -> {});
    loop.settle();

    assertThat(watcher.isClosed()).isTrue();
    assertThat(changes(loop.connect("again"), "/", 0))
        .containsExactly("1 /k=v", "2 cleared", "up to 2");
  }

  @Test
  void watcher_belongsToNoWorld() {
    List<Long> forgotten = new ArrayList<>();
    LoopJob job = loop.addJob(new ResetWhenIdle(Duration.ZERO, forgotten::add));
    FakeSocket client = loop.connect(job, "client");
    send(client, to -> to.set(bytes("/default_pg/0//cpu//0/1"), bytes("v")));
    send(client, to -> to.changes(bytes("/default_pg/"), 0), awaitChange("/default_pg/", 1));

    client.endInput();
    loop.settle();

    assertThat(forgotten).isEmpty();
    assertThat(job.state.keyspace.size()).isOne();
  }

  @Test
  void watcher_learnsThatAnIdleJobWasCleared() {
    LoopJob job = loop.addJob(new ResetWhenIdle(Duration.ZERO, cleared -> {}));
    FakeSocket watching = loop.connect(job, "watching");
    FakeSocket rank = loop.connect(job, "rank");
    assertThat(changes(watching, "/", -1)).containsExactly("up to 0");
    send(watching, awaitChange("/", 0));
    send(rank, to -> to.add(bytes("init/"), 1));
    assertThat(watching.received()).isEmpty();

    rank.endInput();
    loop.settle();

    assertThat(watching.received()).isEqualTo(RELEASED);
    assertThat(changes(watching, "/", 0)).containsExactly("2 cleared", "up to 2");
  }

  @Test
  void longPrefix_isRefused() {
    send(watcher, to -> to.changes(new byte[Protocol.MAX_WATCHED_PREFIX], -1));
    assertThat(watcher.isClosed()).isFalse();
    send(watcher, to -> to.changes(new byte[Protocol.MAX_WATCHED_PREFIX + 1], -1));
    assertThat(watcher.isClosed()).isTrue();
  }

  @Test
  void waitForAChange_amongNumberedWaits_isRefused() {
    FakeSocket numbered = loop.connectWithNumberedWaits("numbered");
    assertThat(changes(numbered, "/", -1)).containsExactly("up to 0");

    send(numbered, awaitChange("/", 0));

    assertThat(numbered.isClosed()).isTrue();
  }

  @Test
  void hello_namesTheFeature() {
    send(watcher, to -> to.hello(Hello.request(Hello.WATCH)));

    assertThat(new String(watcher.receivedBytes(), StandardCharsets.UTF_8)).contains("watch=on");
  }

  @Test
  void disconnectedWatcher_leavesNothingBehind() {
    assertThat(changes("/a", -1)).containsExactly("up to 0");
    send(watcher, awaitChange("/a", 0));
    assertThat(loop.state().waiters.size()).isOne();

    watcher.endInput();
    loop.settle();

    assertThat(loop.state().waiters.size()).isZero();
    assertThat(loop.state().memory.waits.budget().used()).isZero();
  }

  @Test
  void changesThatAreNotSentYet_areCounted() {
    assertThat(changes("/", -1)).containsExactly("up to 0");
    send(setter, to -> to.set(bytes("/k"), new byte[500_000]), to -> to.deleteKey(bytes("/k")));
    MemoryBudget transfers = loop.state().memory.transfers.budget();
    assertThat(transfers.used()).isZero();

    watcher.takeNothing();
    send(watcher, to -> to.changes(bytes("/"), 0));
    assertThat(transfers.used()).isGreaterThan(500_000);

    watcher.takeEverything();
    loop.settle();
    assertThat(transfers.used()).isZero();
    assertThat(read(watcher.receivedBytes())).last().isEqualTo("up to 1");
  }

  /** A client that does not read must not make the server hold what it has not read. */
  @Test
  void watchersWithoutRoom_areDisconnected_orHaveMissedChanges() {
    SteppedLoop small =
        new SteppedLoop(
            new ServingLimits(WireLimits.PYTORCH, Integer.MAX_VALUE, Long.MAX_VALUE, 32L << 20));
    FakeSocket writer = small.connect("writer");
    List<FakeSocket> deaf = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      FakeSocket client = small.connect("deaf" + i);
      client.send(to -> to.changes(bytes("/"), -1));
      small.settle();
      client.takeNothing();
      deaf.add(client);
    }
    for (int round = 0; round < 40; round++) {
      writer.send(to -> to.set(bytes("/k"), new byte[100_000]));
      small.settle();
      long before = round;
      for (FakeSocket client : deaf) {
        if (!client.isClosed() && client.unread() == 0) {
          client.send(to -> to.changes(bytes("/"), before));
          small.settle();
        }
      }
      MemoryBudget all = small.state().memory.all;
      assertThat(all.used()).isLessThan(all.limit());
    }
    writer.send(PING);
    small.settle();
    assertThat(writer.received()).isEqualTo(PONG);
  }

  /** Its memory is taken for the watch, which must not miss the withdrawal of its arrival. */
  @Test
  void changeByTheEvictionOfAnother_endsTheWaitThatNeededTheMemory() {
    FakeSocket arrived = loop.connect("arrived");
    send(arrived, to -> to.barrier(bytes("/barrier"), 2));
    MemoryBudget budget = loop.state().memory.waits.budget();
    assertThat(budget.tryReserve(budget.available())).isTrue();

    send(watcher, awaitChange("/", 1));

    assertThat(arrived.isClosed()).isTrue();
    assertThat(watcher.received()).isEqualTo(RELEASED);
    assertThat(changes("/", 1)).containsExactly("2 /barrier deleted", "up to 2");
  }

  @Test
  void commands_ofAReplica_countLikeThoseOfClients() {
    send(setter, set("/a", "v"));
    new Command.Set(bytes("/b"), bytes("w")).applyTo(loop.state().keyspace);

    assertThat(revision()).isEqualTo(2);
  }
}
