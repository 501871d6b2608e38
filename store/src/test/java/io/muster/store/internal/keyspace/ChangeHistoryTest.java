package io.muster.store.internal.keyspace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Randomized;
import io.muster.store.internal.keyspace.ChangeHistory.Change;
import io.muster.store.internal.keyspace.ChangeHistory.Changes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The revision of a keyspace, and the changes that it keeps. */
class ChangeHistoryTest {
  private static final long MUCH = 1 << 20;
  private static final byte[] ALL = bytes("");

  private final Keyspace keyspace = new Keyspace(new WaiterRegistry(), 1000);
  private final ChangeHistory history = keyspace.history();

  private interface Action {
    void run() throws Exception;
  }

  private long revisionsOf(Action action) throws Exception {
    long before = history.revision();
    action.run();
    return history.revision() - before;
  }

  private List<String> changes(String prefix, long after) {
    assertThat(history.isCompleteAfter(after)).isTrue();
    return history.changes(bytes(prefix), after, Long.MAX_VALUE).changes().stream()
        .map(ChangeHistoryTest::text)
        .toList();
  }

  @Test
  void commandThatChangesTheKeyspace_isOneRevision() throws Exception {
    assertThat(history.revision()).isZero();
    byte[] k = bytes("k");
    byte[] q = bytes("q");
    byte[] b = bytes("b");
    assertThat(revisionsOf(() -> keyspace.set(k, bytes("v")))).isOne();
    assertThat(revisionsOf(() -> keyspace.set(k, bytes("v")))).isOne();
    assertThat(revisionsOf(() -> keyspace.compareAndSwap(k, bytes("v"), bytes("w")))).isOne();
    assertThat(revisionsOf(() -> keyspace.append(k, bytes("x")))).isOne();
    assertThat(revisionsOf(() -> keyspace.add(bytes("n"), 1))).isOne();
    assertThat(revisionsOf(() -> keyspace.setAll(List.of(k, b), List.of(q, bytes("1"))))).isOne();
    assertThat(revisionsOf(() -> keyspace.push(q, k))).isOne();
    assertThat(revisionsOf(() -> keyspace.pop(q))).isOne();
    assertThat(revisionsOf(() -> keyspace.arrive(b, 5))).isOne();
    assertThat(revisionsOf(() -> keyspace.leave(b))).isOne();
    assertThat(revisionsOf(() -> keyspace.leave(b))).isOne();
    assertThat(keyspace.hasValue(b)).isFalse();
    assertThat(revisionsOf(() -> keyspace.delete(k))).isOne();
    assertThat(revisionsOf(keyspace::clear)).isOne();
    assertThat(history.revision()).isEqualTo(13);
  }

  @Test
  void commandThatChangesNothing_isNoRevision() throws Exception {
    byte[] k = bytes("k");
    keyspace.set(k, bytes("v"));
    assertThat(revisionsOf(() -> keyspace.compareAndSwap(k, bytes("x"), bytes("w")))).isZero();
    assertThat(revisionsOf(() -> keyspace.delete(bytes("none")))).isZero();
    assertThat(revisionsOf(() -> keyspace.pop(bytes("none")))).isZero();
    assertThat(revisionsOf(() -> keyspace.leave(bytes("none")))).isZero();
    assertThat(revisionsOf(() -> keyspace.setAll(List.of(), List.of()))).isZero();
    for (Command refused :
        List.of(
            new Command.Set(bytes("big"), new byte[1001]),
            new Command.SetAll(List.of(k, k), List.of(bytes("w"), new byte[1001])),
            new Command.Append(k, new byte[1000]),
            new Command.Push(bytes("q"), new byte[1001]),
            new Command.Add(k, 1))) {
      assertThat(revisionsOf(() -> refused.applyTo(keyspace))).isZero();
      assertThat(refused.failure()).isNotNull();
    }
    keyspace.clear();
    assertThat(revisionsOf(keyspace::clear)).isZero();
  }

  @Test
  void changes_areKeptFromTheRevisionOn_atWhichKeepingBegan() throws Exception {
    keyspace.set(bytes("a"), bytes("1"));
    assertThat(history.isCompleteAfter(0)).isFalse();
    assertThat(history.isCompleteAfter(1)).isTrue();

    history.keep(MUCH);
    keyspace.set(bytes("a"), bytes("2"));
    assertThat(keyspace.delete(bytes("a"))).isTrue();
    keyspace.setAll(List.of(bytes("b"), bytes("ab")), List.of(bytes("3"), bytes("4")));
    keyspace.append(bytes("b"), bytes("5"));
    keyspace.push(bytes("a"), bytes("item"));
    keyspace.clear();

    assertThat(history.isCompleteAfter(0)).isFalse();
    assertThat(changes("", 1)).containsExactly("2 a=2", "3 a-", "4 b=3", "4 ab=4", "5 b=35", "7-");
    assertThat(changes("a", 1)).containsExactly("2 a=2", "3 a-", "4 ab=4", "7-");
    assertThat(changes("ab", 3)).containsExactly("4 ab=4", "7-");
    assertThat(changes("b", 4)).containsExactly("5 b=35", "7-");
    assertThat(changes("", 7)).isEmpty();
    assertThat(history.mayHaveChanged(bytes("x"), 1)).isTrue();
    assertThat(history.mayHaveChanged(ALL, 7)).isFalse();
    assertThat(history.isCompleteAfter(8)).isFalse();
    assertThat(history.mayHaveChanged(ALL, 8)).isTrue();
  }

  @Test
  void valueThatIsAppendedToLater_isKeptAsItWas() throws Exception {
    Keyspace large = new Keyspace(new WaiterRegistry(), Long.MAX_VALUE);
    large.history().keep(MUCH);
    large.set(bytes("k"), new byte[2000]);
    large.append(bytes("k"), bytes("ab"));
    large.append(bytes("k"), bytes("cd"));

    List<Change> changes = large.history().changes(ALL, 0, Long.MAX_VALUE).changes();

    assertThat(changes)
        .extracting(change -> Keyspace.bytes(Objects.requireNonNull(change.value())).length)
        .containsExactly(2000, 2002, 2004);
  }

  @Test
  void dropped_nothingIsKnown_andNothingIsHeld() throws Exception {
    history.keep(MUCH);
    keyspace.set(bytes("a"), bytes("1"));

    history.drop();

    assertThat(history.bytes()).isZero();
    assertThat(history.isKept()).isFalse();
    assertThat(history.isCompleteAfter(0)).isFalse();
    keyspace.set(bytes("a"), bytes("2"));
    history.keep(MUCH);
    assertThat(history.isCompleteAfter(1)).isFalse();
    assertThat(history.isCompleteAfter(2)).isTrue();
  }

  @Test
  void bytes_areLimited_theOldestGoFirst() throws Exception {
    history.keep(10 * (ChangeHistory.CHANGE_OVERHEAD + 2));
    for (int i = 0; i < 25; i++) {
      keyspace.set(bytes("k"), bytes(String.valueOf(i % 10)));
    }

    assertThat(history.bytes()).isEqualTo(10 * (ChangeHistory.CHANGE_OVERHEAD + 2));
    assertThat(history.isCompleteAfter(14)).isFalse();
    assertThat(changes("k", 15)).hasSize(10).startsWith("16 k=5").endsWith("25 k=4");

    history.keep(ChangeHistory.CHANGE_OVERHEAD + 2);
    assertThat(history.isCompleteAfter(23)).isFalse();
    assertThat(changes("k", 24)).containsExactly("25 k=4");

    // A change that is longer than all that may be kept.
    keyspace.set(bytes("k"), new byte[3]);
    assertThat(history.bytes()).isZero();
    assertThat(history.isCompleteAfter(25)).isFalse();
    assertThat(history.isCompleteAfter(26)).isTrue();
  }

  @Test
  void number_isLimited() throws Exception {
    history.keep(Long.MAX_VALUE);
    for (int i = 0; i < ChangeHistory.MAX_CHANGES + 5; i++) {
      keyspace.set(bytes("k"), bytes("v"));
    }

    assertThat(history.isCompleteAfter(4)).isFalse();
    assertThat(changes("k", 5)).hasSize(ChangeHistory.MAX_CHANGES);
  }

  @Test
  void reading_endsAfterEnoughBytes_butNotWithinARevision() throws Exception {
    history.keep(MUCH);
    for (int i = 0; i < 3; i++) {
      keyspace.setAll(
          List.of(bytes("a"), bytes("x"), bytes("b")), List.of(bytes("1"), bytes("2"), bytes("3")));
    }

    Changes first = history.changes(ALL, 0, 1);
    assertThat(first.changes()).hasSize(3);
    assertThat(first.revision()).isEqualTo(1);
    Changes second = history.changes(bytes("a"), 1, 1);
    assertThat(second.changes()).extracting(ChangeHistoryTest::text).containsExactly("2 a=1");
    assertThat(second.revision()).isEqualTo(2);
    Changes last = history.changes(bytes("a"), 2, 1);
    assertThat(last.changes()).extracting(ChangeHistoryTest::text).containsExactly("3 a=1");
    assertThat(last.revision()).isEqualTo(3);
  }

  @Test
  void reading_costsWorkForEachChangeAfterTheRevision() throws Exception {
    history.keep(MUCH);
    for (int i = 0; i < 1000; i++) {
      keyspace.set(bytes("k"), bytes("v"));
    }
    long before = keyspace.work();

    assertThat(history.mayHaveChanged(bytes("x"), 900)).isFalse();
    assertThat(keyspace.work() - before).isEqualTo(100);
  }

  /** However the changes are read, with whatever is kept: what is read is what happened. */
  @Test
  void whatIsRead_isWhatHappened() {
    Randomized.check(
        200,
        random -> {
          Keyspace tested = new Keyspace(new WaiterRegistry(), Long.MAX_VALUE);
          Keyspace unwatched = new Keyspace(new WaiterRegistry(), Long.MAX_VALUE);
          List<String> happened = new ArrayList<>();
          long kept = -1;
          long limit = 0;
          for (int i = random.nextInt(400); i > 0; i--) {
            if (random.nextInt(50) == 0) {
              limit = random.nextInt(1, 3000);
              tested.history().keep(limit);
              kept = kept < 0 ? tested.history().revision() : kept;
            } else if (random.nextInt(100) == 0) {
              tested.history().drop();
              kept = -1;
            }
            long seed = random.nextLong();
            applyTo(unwatched, new SplittableRandom(seed), new ArrayList<>());
            applyTo(tested, new SplittableRandom(seed), happened);
            assertThat(tested.history().revision()).isEqualTo(unwatched.history().revision());
            assertThat(tested.history().bytes()).isBetween(0L, kept < 0 ? 0 : limit);
            check(tested.history(), random, happened, kept);
          }
        });
  }

  private static void applyTo(Keyspace keyspace, SplittableRandom random, List<String> happened)
      throws Exception {
    String key = "key".substring(0, random.nextInt(4)) + random.nextInt(3);
    String value = String.valueOf(random.nextInt(1000));
    long next = keyspace.history().revision() + 1;
    switch (random.nextInt(7)) {
      case 0 -> {
        if (keyspace.delete(bytes(key))) {
          happened.add(next + " " + key + "-");
        }
      }
      case 1 -> {
        if (random.nextInt(10) == 0 && keyspace.size() > 0) {
          keyspace.clear();
          happened.add(next + "-");
        }
      }
      case 2 -> {
        keyspace.setAll(List.of(bytes(key), bytes("x")), List.of(bytes(value), bytes("y")));
        happened.add(next + " " + key + "=" + value);
        happened.add(next + " x=y");
      }
      case 3 -> keyspace.push(bytes(key), bytes(value));
      default -> {
        keyspace.set(bytes(key), bytes(value));
        happened.add(next + " " + key + "=" + value);
      }
    }
  }

  private static void check(
      ChangeHistory history, SplittableRandom random, List<String> happened, long kept) {
    long after = random.nextLong(history.revision() + 1);
    String prefix = "key".substring(0, random.nextInt(4));
    if (!history.isCompleteAfter(after)) {
      assertThat(after).isLessThan(history.revision());
      return;
    }
    assertThat(after == history.revision() || after >= kept).isTrue();
    Changes read = history.changes(bytes(prefix), after, random.nextInt(1, 500));
    List<String> expected =
        happened.stream()
            .filter(change -> revision(change) > after && revision(change) <= read.revision())
            .filter(change -> concerns(change, prefix))
            .toList();
    assertThat(read.changes()).extracting(ChangeHistoryTest::text).isEqualTo(expected);
    assertThat(history.mayHaveChanged(bytes(prefix), after)).isEqualTo(!expected.isEmpty());
  }

  private static long revision(String change) {
    return Long.parseLong(change.split("[ -]", 2)[0]);
  }

  private static boolean concerns(String change, String prefix) {
    int space = change.indexOf(' ');
    return space < 0 || change.substring(space + 1).startsWith(prefix);
  }

  @Test
  void ring_isUsedAllAround() throws Exception {
    history.keep(20 * (ChangeHistory.CHANGE_OVERHEAD + 3));
    List<String> expected =
        IntStream.rangeClosed(81, 100).mapToObj(i -> i + " k=" + (i % 90 + 10)).toList();
    for (int i = 1; i <= 100; i++) {
      keyspace.set(bytes("k"), bytes(String.valueOf(i % 90 + 10)));
    }

    assertThat(changes("k", 80)).isEqualTo(expected);
  }

  private static String text(Change change) {
    if (change.key() == null) {
      return change.revision() + "-";
    }
    String key = change.revision() + " " + new String(change.key(), UTF_8);
    return change.value() == null
        ? key + "-"
        : key + "=" + new String(Keyspace.bytes(change.value()), UTF_8);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
