package io.muster.collectives.internal.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.collectives.internal.wire.Preamble;
import io.muster.fixtures.Randomized;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Worlds of {@link MessageMatcher}s over queues in memory. In any order of posts and arrivals, each
 * message reaches the receive that was posted for it.
 */
class MessageMatcherModelTest {
  /** On these slots receives name the sender; on higher slots they accept any source. */
  private static final int DIRECTED_SLOTS = 3;

  private static final int SLOTS = 5;

  /** A post of a rank. */
  private record Step(boolean isSend, int peer, long slot, int number) {}

  private record InFlight(Preamble preamble, @Nullable PostedMessage data) {}

  private record Link(int from, int to) {}

  private static final class World {
    final SplittableRandom random;
    final int size;
    final List<MessageMatcher> matchers = new ArrayList<>();
    final List<ArrayDeque<Step>> steps = new ArrayList<>();
    final Map<Link, ArrayDeque<InFlight>> links = new HashMap<>();
    final Set<Link> cut = new HashSet<>();

    /** The receives of each rank, with their steps. */
    final List<Map<PostedMessage, Step>> receives = new ArrayList<>();

    final List<Map<PostedMessage, Step>> sends = new ArrayList<>();

    World(SplittableRandom random) {
      this.random = random;
      this.size = 2 + random.nextInt(3);
      for (int rank = 0; rank < size; rank++) {
        int own = rank;
        matchers.add(
            new MessageMatcher(
                size, (peer, preamble, data) -> link(own, peer).add(new InFlight(preamble, data))));
        steps.add(new ArrayDeque<>());
        receives.add(new HashMap<>());
        sends.add(new HashMap<>());
      }
      plan();
    }

    ArrayDeque<InFlight> link(int from, int to) {
      return links.computeIfAbsent(new Link(from, to), unused -> new ArrayDeque<>());
    }

    /** Sends and their receives, in a random order per rank that keeps the order of each slot. */
    private void plan() {
      int messages = random.nextInt(60);
      Map<Integer, List<Step>> ofRank = new HashMap<>();
      for (int number = 0; number < messages; number++) {
        int from = random.nextInt(size);
        int to = (from + 1 + random.nextInt(size - 1)) % size;
        long slot = random.nextInt(SLOTS);
        add(ofRank, from, new Step(true, to, slot, number));
        add(ofRank, to, new Step(false, slot < DIRECTED_SLOTS ? from : -1, slot, number));
      }
      ofRank.forEach((rank, planned) -> steps.get(rank).addAll(planned));
    }

    /** Inserts a step before a random number of planned steps of other slots or peers. */
    private void add(Map<Integer, List<Step>> ofRank, int rank, Step step) {
      List<Step> planned = ofRank.computeIfAbsent(rank, unused -> new ArrayList<>());
      int at = planned.size();
      while (at > 0 && random.nextBoolean() && !sameStream(planned.get(at - 1), step)) {
        at--;
      }
      planned.add(at, step);
    }

    private static boolean sameStream(Step a, Step b) {
      return a.slot == b.slot && a.peer == b.peer && a.isSend == b.isSend;
    }

    /** Takes a step; returns false if none is left. */
    boolean moveOn() throws IOException {
      List<Integer> choices = new ArrayList<>();
      for (int rank = 0; rank < size; rank++) {
        if (!steps.get(rank).isEmpty()) {
          choices.add(rank);
        }
      }
      List<Link> busy =
          links.entrySet().stream()
              .filter(entry -> !entry.getValue().isEmpty() && !cut.contains(entry.getKey()))
              .map(Map.Entry::getKey)
              .sorted(Comparator.comparingInt(Link::from).thenComparingInt(Link::to))
              .toList();
      int choice = random.nextInt(Math.max(1, choices.size() + busy.size()));
      if (choices.isEmpty() && busy.isEmpty()) {
        return false;
      }
      if (choice < choices.size()) {
        int rank = choices.get(choice);
        act(rank, steps.get(rank).remove());
      } else {
        Link link = busy.get(choice - choices.size());
        arrive(link, link(link.from, link.to).remove());
      }
      return true;
    }

    private void act(int rank, Step step) throws IOException {
      if (cut.contains(new Link(rank, step.peer))) {
        return;
      }
      MessageMatcher matcher = matchers.get(rank);
      PostedMessage posted = new PostedMessage(step.peer, ByteBuffer.allocate(Integer.BYTES));
      if (step.isSend) {
        posted.data().putInt(0, step.number);
        sends.get(rank).put(posted, step);
        matcher.send(step.slot, posted);
        return;
      }
      receives.get(rank).put(posted, step);
      if (step.peer < 0) {
        matcher.receiveFromAnyone(step.slot, posted);
      } else {
        matcher.receive(step.slot, posted);
      }
    }

    private void arrive(Link link, InFlight message) throws IOException {
      MessageMatcher matcher = matchers.get(link.to);
      Preamble preamble = message.preamble;
      switch (preamble.kind()) {
        case SEND_READY -> matcher.onSendReady(link.from, preamble.slot(), preamble.length());
        case RECEIVE_READY -> matcher.onReceiveReady(link.from, preamble.slot(), preamble.length());
        case DATA -> {
          PostedMessage receive = matcher.onData(link.from, preamble.slot(), preamble.length());
          PostedMessage send = message.data;
          assertThat(send).isNotNull();
          assertThat(receive.isDone()).isFalse();
          if (send != null) {
            receive.data().put(0, send.data(), 0, Integer.BYTES);
            send.complete();
          }
          receive.complete();
          check(link.from, receive, receives.get(link.to));
        }
      }
    }

    private static void check(int from, PostedMessage receive, Map<PostedMessage, Step> own) {
      Step step = own.get(receive);
      assertThat(step).isNotNull();
      assertThat(receive.rank()).isEqualTo(from);
      if (step != null && step.peer >= 0) {
        assertThat(receive.data().getInt(0)).isEqualTo(step.number);
      }
    }
  }

  @Test
  void everyMessage_reachesItsReceipt() {
    Randomized.check(
        3000,
        random -> {
          World world = new World(random);
          while (world.moveOn()) {}

          for (int rank = 0; rank < world.size; rank++) {
            assertThat(world.sends.get(rank).keySet()).allMatch(PostedMessage::isDone);
            assertThat(world.receives.get(rank).keySet()).allMatch(PostedMessage::isDone);
            for (int peer = 0; peer < world.size; peer++) {
              assertThat(world.matchers.get(rank).waitingFor(peer)).isEmpty();
            }
            assertThat(world.matchers.get(rank).waitingForAnyone()).isEmpty();
          }
        });
  }

  @Test
  void messagesFromOneRankToReceiptsFromAnyone_stayInOrder() {
    Randomized.check(
        1000,
        random -> {
          World world = new World(random);
          while (world.moveOn()) {}

          for (int rank = 0; rank < world.size; rank++) {
            Map<String, List<Integer>> numbers = new HashMap<>();
            world.receives.get(rank).entrySet().stream()
                .filter(entry -> entry.getValue().peer < 0)
                .sorted(Comparator.comparingInt(entry -> entry.getValue().number))
                .forEach(
                    entry ->
                        numbers
                            .computeIfAbsent(
                                entry.getKey().rank() + "/" + entry.getValue().slot,
                                unused -> new ArrayList<>())
                            .add(entry.getKey().data().getInt(0)));
            assertThat(numbers.values()).allSatisfy(list -> assertThat(list).isSorted());
          }
        });
  }

  /** When two ranks disconnect, each message between them fails exactly once. */
  @Test
  void loss_isOfEverythingThatIsNotDone_andOfNothingElse() {
    Randomized.check(
        2000,
        random -> {
          World world = new World(random);
          boolean moving = true;
          for (int i = random.nextInt(100); i > 0 && moving; i--) {
            moving = world.moveOn();
          }

          Set<PostedMessage> lost = new HashSet<>();
          for (int[] ends : new int[][] {{0, 1}, {1, 0}}) {
            world.cut.add(new Link(ends[0], ends[1]));
            for (PostedMessage posted : world.matchers.get(ends[0]).waitingFor(ends[1])) {
              assertThat(lost.add(posted)).isTrue();
              assertThat(posted.isDone()).isFalse();
              assertThat(posted.rank()).isEqualTo(ends[1]);
            }
            world.matchers.get(ends[0]).forget(ends[1]);
            // Messages that are queued for sending have left the matcher.
            world.link(ends[0], ends[1]).stream()
                .map(InFlight::data)
                .filter(java.util.Objects::nonNull)
                .forEach(lost::add);
          }
          while (world.moveOn()) {}

          for (int rank = 0; rank < world.size; rank++) {
            int peerThatIsLost = rank < 2 ? 1 - rank : -1;
            for (Map<PostedMessage, Step> all :
                List.of(world.sends.get(rank), world.receives.get(rank))) {
              all.forEach(
                  (posted, step) -> {
                    if (step.peer >= 0) {
                      boolean expected = step.peer != peerThatIsLost || !lost.contains(posted);
                      assertThat(posted.isDone()).isEqualTo(expected);
                    }
                  });
            }
          }
        });
  }
}
