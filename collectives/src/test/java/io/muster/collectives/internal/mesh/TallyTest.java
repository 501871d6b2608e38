package io.muster.collectives.internal.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.collectives.internal.wire.MalformedMessageException;
import io.muster.collectives.internal.wire.Slot;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each rule of readiness by itself, for rank 0 of a world of three. */
class TallyTest {
  private static final long SLOT = 0x0400_0007_0000_0000L;
  private static final long OTHER_SLOT = 5;

  /** What went out, such as {@code "1 DATA 4"}: to whom, what, and how many bytes it is about. */
  private final List<String> out = new ArrayList<>();

  private final List<Posted> sent = new ArrayList<>();

  private final Tally tally =
      new Tally(
          3,
          (rank, preamble, data) -> {
            out.add(rank + " " + preamble.kind() + " " + preamble.length());
            if (data != null) {
              sent.add(data);
            }
          });

  private static Posted posted(int rank, int bytes) {
    return new Posted(rank, ByteBuffer.allocate(bytes));
  }

  private Posted send(int rank, int bytes) throws SizeMismatchException {
    Posted send = posted(rank, bytes);
    tally.send(SLOT, send);
    return send;
  }

  private Posted receive(int rank, int bytes) throws SizeMismatchException {
    Posted receipt = posted(rank, bytes);
    tally.receive(SLOT, receipt);
    return receipt;
  }

  private Posted receiveFromAnyone(int bytes) throws SizeMismatchException {
    Posted receipt = posted(-1, bytes);
    tally.receiveFromAnyone(SLOT, receipt);
    return receipt;
  }

  @Test
  void send_withoutACredit_announcesItselfAndWaits() throws Exception {
    Posted send = send(1, 4);
    assertThat(out).containsExactly("1 SEND_READY 4");

    tally.onReceiveReady(1, SLOT, 4);

    assertThat(out).containsExactly("1 SEND_READY 4", "1 DATA 4");
    assertThat(sent).containsExactly(send);
  }

  @Test
  void send_withACredit_goesAtOnceAndUsesItUp() throws Exception {
    tally.onReceiveReady(1, SLOT, 4);

    send(1, 4);
    send(1, 5);

    assertThat(out).containsExactly("1 SEND_READY 4", "1 DATA 4", "1 SEND_READY 5");
  }

  @Test
  void receive_givesACreditWhetherAnnouncedOrNot() throws Exception {
    Posted first = receive(2, 4);
    tally.onSendReady(2, SLOT, 4);
    tally.onSendReady(2, SLOT, 5);
    Posted second = receive(2, 5);

    assertThat(out).containsExactly("2 RECEIVE_READY 4", "2 RECEIVE_READY 5");
    assertThat(tally.onData(2, SLOT, 4)).isSameAs(first);
    assertThat(tally.onData(2, SLOT, 5)).isSameAs(second);
  }

  @Test
  void dataBeforeItsAnnouncement_isForWhoWaits() throws Exception {
    Posted receipt = receive(2, 4);

    assertThat(tally.onData(2, SLOT, 4)).isSameAs(receipt);
    tally.onSendReady(2, SLOT, 4);

    // The announcement was that of the data, so nobody is left to receive from.
    Posted anyone = receiveFromAnyone(4);
    assertThat(anyone.rank()).isNegative();
  }

  @Test
  void messagesOfASlot_stayInOrder() throws Exception {
    Posted first = send(1, 4);
    Posted second = send(1, 5);
    tally.onReceiveReady(1, SLOT, 4);
    tally.onReceiveReady(1, SLOT, 5);

    assertThat(sent).containsExactly(first, second);
  }

  @Test
  void slotsAndPeers_areApart() throws Exception {
    send(1, 4);
    tally.onReceiveReady(1, OTHER_SLOT, 4);
    tally.onReceiveReady(2, SLOT, 4);

    assertThat(sent).isEmpty();
  }

  @Test
  void receiveFromAnyone_asksNobodyUntilSomeoneAnnounces() throws Exception {
    Posted receipt = receiveFromAnyone(4);
    assertThat(out).isEmpty();

    tally.onSendReady(2, SLOT, 4);

    assertThat(out).containsExactly("2 RECEIVE_READY 4");
    assertThat(receipt.rank()).isEqualTo(2);
    assertThat(tally.onData(2, SLOT, 4)).isSameAs(receipt);
  }

  @Test
  void receiveFromAnyone_takesWhoAnnouncedFirst() throws Exception {
    tally.onSendReady(2, OTHER_SLOT, 4);
    tally.onSendReady(1, SLOT, 4);
    tally.onSendReady(2, SLOT, 4);

    assertThat(receiveFromAnyone(4).rank()).isEqualTo(1);
    assertThat(receiveFromAnyone(4).rank()).isEqualTo(2);
    assertThat(receiveFromAnyone(4).rank()).isNegative();
  }

  @Test
  void announcement_belongsToTheReceiptFromThatRank_beforeThoseFromAnyone() throws Exception {
    Posted anyone = receiveFromAnyone(4);
    receive(2, 4);

    tally.onSendReady(2, SLOT, 4);
    assertThat(anyone.rank()).isNegative();
    tally.onSendReady(2, SLOT, 4);

    assertThat(anyone.rank()).isEqualTo(2);
  }

  @Test
  void receiveFromARank_usesUpItsAnnouncement() throws Exception {
    tally.onSendReady(2, SLOT, 4);
    receive(2, 4);

    assertThat(receiveFromAnyone(4).rank()).isNegative();
  }

  @Test
  void dataNobodyAskedFor_areRefused() {
    assertThatThrownBy(() -> tally.onData(1, SLOT, 4))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("4 bytes, where none were asked for, as a message of allReduce (call 1792)");
  }

  @Test
  void dataOfAnotherLength_areRefusedAndTheReceiptIsNotForgotten() throws Exception {
    Posted receipt = receive(1, 4);

    assertThatThrownBy(() -> tally.onData(1, SLOT, 8))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("8 bytes, where this rank expects 4, as a message of allReduce (call 1792)");
    assertThat(lose(1)).containsExactly(receipt);
  }

  /**
   * Fault D6: found as soon as both have said how much, on both sides, and nothing is forgotten.
   */
  @Test
  void messageThatDoesNotFit_isFoundByWhoSends() throws Exception {
    Posted early = send(1, 8);
    assertThatThrownBy(() -> tally.onReceiveReady(1, SLOT, 4))
        .isInstanceOf(SizeMismatchException.class)
        .hasMessage(
            "expects 4 bytes where this rank sends 8, as a message of allReduce (call 1792);"
                + " the ranks have called it with different lengths");

    tally.onReceiveReady(2, SLOT, 8);
    assertThatThrownBy(() -> send(2, 4)).isInstanceOf(SizeMismatchException.class);

    assertThat(sent).isEmpty();
    assertThat(lose(1)).containsExactly(early);
    assertThat(lose(2)).hasSize(1);
  }

  @Test
  void messageThatDoesNotFit_isFoundByWhoReceives() throws Exception {
    Posted fits = receive(1, 4);
    Posted next = receive(1, 4);
    tally.onSendReady(1, SLOT, 4);
    assertThatThrownBy(() -> tally.onSendReady(1, SLOT, 8))
        .isInstanceOf(SizeMismatchException.class)
        .hasMessageStartingWith("sends 8 bytes where this rank expects 4, as a message of");

    tally.onSendReady(2, SLOT, 4);
    assertThatThrownBy(() -> receive(2, 8)).isInstanceOf(SizeMismatchException.class);
    tally.onSendReady(2, OTHER_SLOT, 4);
    Posted anyone = posted(-1, 3);
    assertThatThrownBy(() -> tally.receiveFromAnyone(OTHER_SLOT, anyone))
        .isInstanceOf(SizeMismatchException.class)
        .hasMessage("sends 4 bytes where this rank expects 3, as a message with tag 5");
    Posted open = posted(-1, 3);
    tally.receiveFromAnyone(OTHER_SLOT + 1, open);
    assertThatThrownBy(() -> tally.onSendReady(2, OTHER_SLOT + 1, 4))
        .isInstanceOf(SizeMismatchException.class);

    assertThat(lose(1)).containsExactly(fits, next);
    assertThat(lose(2)).hasSize(3).contains(anyone, open);
  }

  @Test
  void whatNothingHasMet_isLeftOver() throws Exception {
    assertThat(tally.leftover(SLOT)).isNull();
    tally.onSendReady(2, SLOT, 4);
    assertThat(tally.mayHaveLeftover()).isTrue();
    assertThat(tally.leftover(SLOT)).isEqualTo("rank 2 sends 4 bytes more than this rank expects");
    receive(2, 4);
    assertThat(tally.mayHaveLeftover()).isFalse();
    tally.onReceiveReady(1, SLOT, 6);
    assertThat(tally.leftover(SLOT)).isEqualTo("rank 1 expects 6 bytes more than this rank sends");
    assertThat(tally.leftover(OTHER_SLOT)).isNull();
    send(1, 6);
    assertThat(tally.mayHaveLeftover()).isFalse();
    tally.onReceiveReady(1, SLOT, 6);
    tally.forget(1);
    assertThat(tally.mayHaveLeftover()).isFalse();
  }

  /** Fault D3: shorter messages arrive where Gloo gives them a meaning, and nowhere else. */
  @Test
  void shorterData_areAcceptedForMessagesAndBroadcasts_andElseRefused() throws Exception {
    for (long slot : new long[] {0, 0xffff_ffffL, Slot.of(Slot.Kind.BROADCAST, -1)}) {
      Posted receipt = posted(1, 4);
      tally.receive(slot, receipt);

      assertThat(tally.onData(1, slot, 3)).isSameAs(receipt);
      assertThat(receipt.length()).isEqualTo(3);
    }
    for (Slot.Kind kind : Slot.Kind.values()) {
      if (kind != Slot.Kind.BROADCAST) {
        tally.receive(Slot.of(kind, 0), posted(1, 4));

        assertThatThrownBy(() -> tally.onData(1, Slot.of(kind, 0), 3))
            .isInstanceOf(MalformedMessageException.class)
            .hasMessageContaining("where this rank expects 4");
      }
    }
  }

  @Test
  void announcementsAndCreditsThatNothingMeets_areLimitedForEachPeer() throws Exception {
    for (int i = 0; i < Tally.MAX_UNMET; i += 2) {
      tally.onSendReady(1, i, 4);
      tally.onReceiveReady(1, i, 4);
    }

    assertThatThrownBy(() -> tally.onSendReady(1, SLOT, 4))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining(Tally.MAX_UNMET + " announcements");
    assertThatThrownBy(() -> tally.onReceiveReady(1, SLOT, 4))
        .isInstanceOf(MalformedMessageException.class);
    tally.onSendReady(2, SLOT, 4);
    assertThat(receiveFromAnyone(4).rank()).isEqualTo(2);
  }

  @Test
  void whatIsMet_doesNotCountForTheLimit() throws Exception {
    for (int i = 0; i <= Tally.MAX_UNMET; i++) {
      tally.onSendReady(1, SLOT, 0);
      tally.onReceiveReady(1, SLOT, 0);
      receive(1, 0);
      send(1, 0);
      assertThat(tally.onData(1, SLOT, 0).rank()).isEqualTo(1);
    }
  }

  @Test
  void lose_givesWhatWasOnItsWayWithThatRankAlone() throws Exception {
    Posted send = send(1, 4);
    Posted receipt = receive(1, 4);
    Posted ofOther = receive(2, 4);
    tally.onSendReady(1, OTHER_SLOT, 4);

    assertThat(lose(1)).containsExactlyInAnyOrder(send, receipt);
    assertThat(lose(1)).isEmpty();

    Posted anyone = posted(-1, 4);
    tally.receiveFromAnyone(OTHER_SLOT, anyone);
    assertThat(anyone.rank()).isNegative();
    assertThat(tally.onData(2, SLOT, 4)).isSameAs(ofOther);
  }

  @Test
  void waitingForAnyone_givesTheReceiptsThatHaveMetNobody() throws Exception {
    Posted met = receiveFromAnyone(4);
    Posted open = receiveFromAnyone(4);
    tally.onSendReady(1, SLOT, 4);

    assertThat(tally.waitingForAnyone()).containsExactly(open);
    tally.forgetOpen();
    assertThat(tally.waitingForAnyone()).isEmpty();
    assertThat(lose(1)).containsExactly(met);
  }

  /** As a mesh does when a connection has ended. */
  private List<Posted> lose(int rank) {
    List<Posted> lost = tally.waitingFor(rank);
    tally.forget(rank);
    return lost;
  }
}
