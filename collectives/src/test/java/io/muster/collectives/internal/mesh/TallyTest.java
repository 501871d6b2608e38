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

  private Posted send(int rank, int bytes) {
    Posted send = posted(rank, bytes);
    tally.send(SLOT, send);
    return send;
  }

  private Posted receive(int rank, int bytes) {
    Posted receipt = posted(rank, bytes);
    tally.receive(SLOT, receipt);
    return receipt;
  }

  private Posted receiveFromAnyone(int bytes) {
    Posted receipt = posted(-1, bytes);
    tally.receiveFromAnyone(SLOT, receipt);
    return receipt;
  }

  @Test
  void send_withoutACredit_announcesItselfAndWaits() throws Exception {
    Posted send = send(1, 4);
    assertThat(out).containsExactly("1 SEND_READY 4");

    tally.onReceiveReady(1, SLOT);

    assertThat(out).containsExactly("1 SEND_READY 4", "1 DATA 4");
    assertThat(sent).containsExactly(send);
  }

  @Test
  void send_withACredit_goesAtOnceAndUsesItUp() throws Exception {
    tally.onReceiveReady(1, SLOT);

    send(1, 4);
    send(1, 5);

    assertThat(out).containsExactly("1 SEND_READY 4", "1 DATA 4", "1 SEND_READY 5");
  }

  @Test
  void receive_givesACreditWhetherAnnouncedOrNot() throws Exception {
    Posted first = receive(2, 4);
    tally.onSendReady(2, SLOT);
    tally.onSendReady(2, SLOT);
    Posted second = receive(2, 5);

    assertThat(out).containsExactly("2 RECEIVE_READY 4", "2 RECEIVE_READY 5");
    assertThat(tally.onData(2, SLOT, 4)).isSameAs(first);
    assertThat(tally.onData(2, SLOT, 5)).isSameAs(second);
  }

  @Test
  void dataBeforeItsAnnouncement_isForWhoWaits() throws Exception {
    Posted receipt = receive(2, 4);

    assertThat(tally.onData(2, SLOT, 4)).isSameAs(receipt);
    tally.onSendReady(2, SLOT);

    // The announcement was that of the data, so nobody is left to receive from.
    Posted anyone = receiveFromAnyone(4);
    assertThat(anyone.rank()).isNegative();
  }

  @Test
  void messagesOfASlot_stayInOrder() throws Exception {
    Posted first = send(1, 4);
    Posted second = send(1, 5);
    tally.onReceiveReady(1, SLOT);
    tally.onReceiveReady(1, SLOT);

    assertThat(sent).containsExactly(first, second);
  }

  @Test
  void slotsAndPeers_areApart() throws Exception {
    send(1, 4);
    tally.onReceiveReady(1, OTHER_SLOT);
    tally.onReceiveReady(2, SLOT);

    assertThat(sent).isEmpty();
  }

  @Test
  void receiveFromAnyone_asksNobodyUntilSomeoneAnnounces() throws Exception {
    Posted receipt = receiveFromAnyone(4);
    assertThat(out).isEmpty();

    tally.onSendReady(2, SLOT);

    assertThat(out).containsExactly("2 RECEIVE_READY 4");
    assertThat(receipt.rank()).isEqualTo(2);
    assertThat(tally.onData(2, SLOT, 4)).isSameAs(receipt);
  }

  @Test
  void receiveFromAnyone_takesWhoAnnouncedFirst() throws Exception {
    tally.onSendReady(2, OTHER_SLOT);
    tally.onSendReady(1, SLOT);
    tally.onSendReady(2, SLOT);

    assertThat(receiveFromAnyone(4).rank()).isEqualTo(1);
    assertThat(receiveFromAnyone(4).rank()).isEqualTo(2);
    assertThat(receiveFromAnyone(4).rank()).isNegative();
  }

  @Test
  void announcement_belongsToTheReceiptFromThatRank_beforeThoseFromAnyone() throws Exception {
    Posted anyone = receiveFromAnyone(4);
    receive(2, 4);

    tally.onSendReady(2, SLOT);
    assertThat(anyone.rank()).isNegative();
    tally.onSendReady(2, SLOT);

    assertThat(anyone.rank()).isEqualTo(2);
  }

  @Test
  void receiveFromARank_usesUpItsAnnouncement() throws Exception {
    tally.onSendReady(2, SLOT);
    receive(2, 4);

    assertThat(receiveFromAnyone(4).rank()).isNegative();
  }

  @Test
  void dataNobodyAskedFor_areRefused() {
    assertThatThrownBy(() -> tally.onData(1, SLOT, 4))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("4 bytes on slot 0x400000700000000, where none were asked for");
  }

  @Test
  void dataOfAnotherLength_areRefusedAndTheReceiptIsNotForgotten() {
    Posted receipt = receive(1, 4);

    assertThatThrownBy(() -> tally.onData(1, SLOT, 8))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("8 bytes on slot 0x400000700000000, where this rank expects 4");
    assertThat(lose(1)).containsExactly(receipt);
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
      tally.onSendReady(1, i);
      tally.onReceiveReady(1, i);
    }

    assertThatThrownBy(() -> tally.onSendReady(1, SLOT))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining(Tally.MAX_UNMET + " announcements");
    assertThatThrownBy(() -> tally.onReceiveReady(1, SLOT))
        .isInstanceOf(MalformedMessageException.class);
    tally.onSendReady(2, SLOT);
    assertThat(receiveFromAnyone(4).rank()).isEqualTo(2);
  }

  @Test
  void whatIsMet_doesNotCountForTheLimit() throws Exception {
    for (int i = 0; i <= Tally.MAX_UNMET; i++) {
      tally.onSendReady(1, SLOT);
      tally.onReceiveReady(1, SLOT);
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
    tally.onSendReady(1, OTHER_SLOT);

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
    tally.onSendReady(1, SLOT);

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
