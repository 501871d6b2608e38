package io.muster.collectives.internal.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.collectives.internal.wire.MalformedMessageException;
import io.muster.collectives.internal.wire.Slot;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each rule of the protocol, for rank 0 of a world of three. */
class MessageMatcherTest {
  private static final long SLOT = 0x0400_0007_0000_0000L;
  private static final long OTHER_SLOT = 5;

  /** The sent messages, as in {@code "1 DATA 4"}: the rank, the kind, and the length. */
  private final List<String> out = new ArrayList<>();

  private final List<PostedMessage> sent = new ArrayList<>();

  private final MessageMatcher matcher =
      new MessageMatcher(
          3,
          (rank, preamble, data) -> {
            out.add(rank + " " + preamble.kind() + " " + preamble.length());
            if (data != null) {
              sent.add(data);
            }
          });

  private static PostedMessage posted(int rank, int bytes) {
    return new PostedMessage(rank, ByteBuffer.allocate(bytes));
  }

  private PostedMessage send(int rank, int bytes) throws SizeMismatchException {
    PostedMessage send = posted(rank, bytes);
    matcher.send(SLOT, send);
    return send;
  }

  private PostedMessage receive(int rank, int bytes) throws SizeMismatchException {
    PostedMessage receipt = posted(rank, bytes);
    matcher.receive(SLOT, receipt);
    return receipt;
  }

  private PostedMessage receiveFromAnyone(int bytes) throws SizeMismatchException {
    PostedMessage receipt = posted(-1, bytes);
    matcher.receiveFromAnyone(SLOT, receipt);
    return receipt;
  }

  @Test
  void send_withoutACredit_announcesItselfAndWaits() throws Exception {
    PostedMessage send = send(1, 4);
    assertThat(out).containsExactly("1 SEND_READY 4");

    matcher.onReceiveReady(1, SLOT, 4);

    assertThat(out).containsExactly("1 SEND_READY 4", "1 DATA 4");
    assertThat(sent).containsExactly(send);
  }

  @Test
  void send_withACredit_goesAtOnceAndUsesItUp() throws Exception {
    matcher.onReceiveReady(1, SLOT, 4);

    send(1, 4);
    send(1, 5);

    assertThat(out).containsExactly("1 SEND_READY 4", "1 DATA 4", "1 SEND_READY 5");
  }

  @Test
  void receive_givesACreditWhetherAnnouncedOrNot() throws Exception {
    PostedMessage first = receive(2, 4);
    matcher.onSendReady(2, SLOT, 4);
    matcher.onSendReady(2, SLOT, 5);
    PostedMessage second = receive(2, 5);

    assertThat(out).containsExactly("2 RECEIVE_READY 4", "2 RECEIVE_READY 5");
    assertThat(matcher.onData(2, SLOT, 4)).isSameAs(first);
    assertThat(matcher.onData(2, SLOT, 5)).isSameAs(second);
  }

  @Test
  void dataBeforeItsAnnouncement_isForWhoWaits() throws Exception {
    PostedMessage receipt = receive(2, 4);

    assertThat(matcher.onData(2, SLOT, 4)).isSameAs(receipt);
    matcher.onSendReady(2, SLOT, 4);

    // The announcement belongs to the data, so no sender is left.
    PostedMessage anyone = receiveFromAnyone(4);
    assertThat(anyone.rank()).isNegative();
  }

  @Test
  void messagesOfASlot_stayInOrder() throws Exception {
    PostedMessage first = send(1, 4);
    PostedMessage second = send(1, 5);
    matcher.onReceiveReady(1, SLOT, 4);
    matcher.onReceiveReady(1, SLOT, 5);

    assertThat(sent).containsExactly(first, second);
  }

  @Test
  void slotsAndPeers_areApart() throws Exception {
    send(1, 4);
    matcher.onReceiveReady(1, OTHER_SLOT, 4);
    matcher.onReceiveReady(2, SLOT, 4);

    assertThat(sent).isEmpty();
  }

  @Test
  void receiveFromAnyone_asksNobodyUntilSomeoneAnnounces() throws Exception {
    PostedMessage receipt = receiveFromAnyone(4);
    assertThat(out).isEmpty();

    matcher.onSendReady(2, SLOT, 4);

    assertThat(out).containsExactly("2 RECEIVE_READY 4");
    assertThat(receipt.rank()).isEqualTo(2);
    assertThat(matcher.onData(2, SLOT, 4)).isSameAs(receipt);
  }

  @Test
  void receiveFromAnyone_takesWhoAnnouncedFirst() throws Exception {
    matcher.onSendReady(2, OTHER_SLOT, 4);
    matcher.onSendReady(1, SLOT, 4);
    matcher.onSendReady(2, SLOT, 4);

    assertThat(receiveFromAnyone(4).rank()).isEqualTo(1);
    assertThat(receiveFromAnyone(4).rank()).isEqualTo(2);
    assertThat(receiveFromAnyone(4).rank()).isNegative();
  }

  @Test
  void announcement_belongsToTheReceiptFromThatRank_beforeThoseFromAnyone() throws Exception {
    PostedMessage anyone = receiveFromAnyone(4);
    receive(2, 4);

    matcher.onSendReady(2, SLOT, 4);
    assertThat(anyone.rank()).isNegative();
    matcher.onSendReady(2, SLOT, 4);

    assertThat(anyone.rank()).isEqualTo(2);
  }

  @Test
  void receiveFromARank_usesUpItsAnnouncement() throws Exception {
    matcher.onSendReady(2, SLOT, 4);
    receive(2, 4);

    assertThat(receiveFromAnyone(4).rank()).isNegative();
  }

  @Test
  void dataNobodyAskedFor_areRefused() {
    assertThatThrownBy(() -> matcher.onData(1, SLOT, 4))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("4 bytes, where this rank expects none, as a message of allReduce (call 1792)");
  }

  @Test
  void dataOfAnotherLength_areRefusedAndTheReceiptIsNotForgotten() throws Exception {
    PostedMessage receipt = receive(1, 4);

    assertThatThrownBy(() -> matcher.onData(1, SLOT, 8))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("8 bytes, where this rank expects 4, as a message of allReduce (call 1792)");
    assertThat(lose(1)).containsExactly(receipt);
  }

  /** Fault D6: both sides find it from the announced lengths, and no message is left out. */
  @Test
  void messageThatDoesNotFit_isFoundByWhoSends() throws Exception {
    PostedMessage early = send(1, 8);
    assertThatThrownBy(() -> matcher.onReceiveReady(1, SLOT, 4))
        .isInstanceOf(SizeMismatchException.class)
        .hasMessage(
            "expects 4 bytes where this rank sends 8, as a message of allReduce (call 1792);"
                + " all ranks must call it with equal lengths");

    matcher.onReceiveReady(2, SLOT, 8);
    assertThatThrownBy(() -> send(2, 4)).isInstanceOf(SizeMismatchException.class);

    assertThat(sent).isEmpty();
    assertThat(lose(1)).containsExactly(early);
    assertThat(lose(2)).hasSize(1);
  }

  @Test
  void messageThatDoesNotFit_isFoundByWhoReceives() throws Exception {
    PostedMessage fits = receive(1, 4);
    PostedMessage next = receive(1, 4);
    matcher.onSendReady(1, SLOT, 4);
    assertThatThrownBy(() -> matcher.onSendReady(1, SLOT, 8))
        .isInstanceOf(SizeMismatchException.class)
        .hasMessageStartingWith("sends 8 bytes where this rank expects 4, as a message of");

    matcher.onSendReady(2, SLOT, 4);
    assertThatThrownBy(() -> receive(2, 8)).isInstanceOf(SizeMismatchException.class);
    matcher.onSendReady(2, OTHER_SLOT, 4);
    PostedMessage anyone = posted(-1, 3);
    assertThatThrownBy(() -> matcher.receiveFromAnyone(OTHER_SLOT, anyone))
        .isInstanceOf(SizeMismatchException.class)
        .hasMessage("sends 4 bytes where this rank expects 3, as a message with tag 5");
    PostedMessage open = posted(-1, 3);
    matcher.receiveFromAnyone(OTHER_SLOT + 1, open);
    assertThatThrownBy(() -> matcher.onSendReady(2, OTHER_SLOT + 1, 4))
        .isInstanceOf(SizeMismatchException.class);

    assertThat(lose(1)).containsExactly(fits, next);
    assertThat(lose(2)).hasSize(3).contains(anyone, open);
  }

  @Test
  void whatNothingHasMet_isLeftOver() throws Exception {
    assertThat(matcher.leftover(SLOT)).isNull();
    matcher.onSendReady(2, SLOT, 4);
    assertThat(matcher.mayHaveLeftover()).isTrue();
    assertThat(matcher.leftover(SLOT))
        .isEqualTo("rank 2 sends 4 bytes more than this rank expects");
    receive(2, 4);
    assertThat(matcher.mayHaveLeftover()).isFalse();
    matcher.onReceiveReady(1, SLOT, 6);
    assertThat(matcher.leftover(SLOT))
        .isEqualTo("rank 1 expects 6 bytes more than this rank sends");
    assertThat(matcher.leftover(OTHER_SLOT)).isNull();
    send(1, 6);
    assertThat(matcher.mayHaveLeftover()).isFalse();
    matcher.onReceiveReady(1, SLOT, 6);
    matcher.forget(1);
    assertThat(matcher.mayHaveLeftover()).isFalse();
  }

  /** Fault D3: shorter messages arrive only where they have a meaning with Gloo. */
  @Test
  void shorterData_areAcceptedForMessagesAndBroadcasts_andElseRefused() throws Exception {
    for (long slot : new long[] {0, 0xffff_ffffL, Slot.of(Slot.Kind.BROADCAST, -1)}) {
      PostedMessage receipt = posted(1, 4);
      matcher.receive(slot, receipt);

      assertThat(matcher.onData(1, slot, 3)).isSameAs(receipt);
      assertThat(receipt.length()).isEqualTo(3);
    }
    for (Slot.Kind kind : Slot.Kind.values()) {
      if (kind != Slot.Kind.BROADCAST) {
        matcher.receive(Slot.of(kind, 0), posted(1, 4));

        assertThatThrownBy(() -> matcher.onData(1, Slot.of(kind, 0), 3))
            .isInstanceOf(MalformedMessageException.class)
            .hasMessageContaining("where this rank expects 4");
      }
    }
  }

  @Test
  void announcementsAndCreditsThatNothingMeets_areLimitedForEachPeer() throws Exception {
    for (int i = 0; i < MessageMatcher.MAX_UNEXPECTED; i += 2) {
      matcher.onSendReady(1, i, 4);
      matcher.onReceiveReady(1, i, 4);
    }

    assertThatThrownBy(() -> matcher.onSendReady(1, SLOT, 4))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining(MessageMatcher.MAX_UNEXPECTED + " announcements");
    assertThatThrownBy(() -> matcher.onReceiveReady(1, SLOT, 4))
        .isInstanceOf(MalformedMessageException.class);
    matcher.onSendReady(2, SLOT, 4);
    assertThat(receiveFromAnyone(4).rank()).isEqualTo(2);
  }

  @Test
  void whatIsMet_doesNotCountForTheLimit() throws Exception {
    for (int i = 0; i <= MessageMatcher.MAX_UNEXPECTED; i++) {
      matcher.onSendReady(1, SLOT, 0);
      matcher.onReceiveReady(1, SLOT, 0);
      receive(1, 0);
      send(1, 0);
      assertThat(matcher.onData(1, SLOT, 0).rank()).isEqualTo(1);
    }
  }

  @Test
  void lose_givesWhatWasOnItsWayWithThatRankAlone() throws Exception {
    PostedMessage send = send(1, 4);
    PostedMessage receipt = receive(1, 4);
    PostedMessage ofOther = receive(2, 4);
    matcher.onSendReady(1, OTHER_SLOT, 4);

    assertThat(lose(1)).containsExactlyInAnyOrder(send, receipt);
    assertThat(lose(1)).isEmpty();

    PostedMessage anyone = posted(-1, 4);
    matcher.receiveFromAnyone(OTHER_SLOT, anyone);
    assertThat(anyone.rank()).isNegative();
    assertThat(matcher.onData(2, SLOT, 4)).isSameAs(ofOther);
  }

  @Test
  void waitingForAnyone_returnsTheReceivesWithoutASender() throws Exception {
    PostedMessage met = receiveFromAnyone(4);
    PostedMessage open = receiveFromAnyone(4);
    matcher.onSendReady(1, SLOT, 4);

    assertThat(matcher.waitingForAnyone()).containsExactly(open);
    matcher.forgetReceivesFromAnyone();
    assertThat(matcher.waitingForAnyone()).isEmpty();
    assertThat(lose(1)).containsExactly(met);
  }

  /** Acts as a mesh does when a connection has ended. */
  private List<PostedMessage> lose(int rank) {
    List<PostedMessage> lost = matcher.waitingFor(rank);
    matcher.forget(rank);
    return lost;
  }
}
