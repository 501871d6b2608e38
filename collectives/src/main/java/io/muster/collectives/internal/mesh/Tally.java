package io.muster.collectives.internal.mesh;

import io.muster.collectives.internal.wire.MalformedMessageException;
import io.muster.collectives.internal.wire.Preamble;
import io.muster.collectives.internal.wire.Preamble.Kind;
import io.muster.collectives.internal.wire.Slot;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who may send what: Gloo's rules of readiness, for all peers of a rank. Follows from the sequence
 * of calls alone; has no lock, no thread, no socket and no clock.
 *
 * <p>A send announces itself and waits for a credit, which the receiver gives with each receipt it
 * posts. Between two ranks, the messages of a slot arrive in order. A receipt from anyone waits for
 * an announcement, and then becomes a receipt from that rank.
 */
final class Tally {
  /** What a peer may have announced or credited that nothing here has met yet. */
  static final int MAX_UNMET = 1 << 18;

  /** Where the messages go that a rule asks for. */
  interface Outbox {
    /** Sends a preamble to a rank, and behind it the bytes of {@code data} if there are any. */
    void put(int rank, Preamble preamble, @Nullable Posted data);
  }

  /** The stream of messages of one slot between this rank and one peer. */
  private static final class Lane {
    final ArrayDeque<Posted> sends = new ArrayDeque<>(2);
    final ArrayDeque<Posted> receipts = new ArrayDeque<>(4);
    int credits;

    /** Receipts whose announcement has not come yet. */
    int expectedAnnouncements;

    boolean isIdle() {
      return sends.isEmpty() && receipts.isEmpty() && credits == 0 && expectedAnnouncements == 0;
    }
  }

  private final Outbox outbox;
  private final List<Map<Long, Lane>> lanes;
  private final int[] unmet;

  /** By slot, who has announced what no receipt was posted for, in the order of arrival. */
  private final Map<Long, ArrayDeque<Integer>> announced = new HashMap<>();

  /** By slot, the receipts from anyone that nobody has announced anything for. */
  private final Map<Long, ArrayDeque<Posted>> open = new HashMap<>();

  Tally(int size, Outbox outbox) {
    this.outbox = outbox;
    this.unmet = new int[size];
    this.lanes = new ArrayList<>(size);
    for (int rank = 0; rank < size; rank++) {
      lanes.add(new HashMap<>());
    }
  }

  /** This rank has bytes for a peer. */
  void send(long slot, Posted send) {
    int rank = send.rank();
    outbox.put(rank, new Preamble(Kind.SEND_READY, slot, send.data().remaining()), null);
    Lane lane = lane(rank, slot);
    if (lane.credits > 0) {
      lane.credits--;
      unmet[rank]--;
      sendData(slot, send);
      forgetIfIdle(rank, slot, lane);
    } else {
      lane.sends.add(send);
    }
  }

  /** This rank has a place for the bytes of a peer. */
  void receive(long slot, Posted receipt) {
    int rank = receipt.rank();
    if (takeAnnouncement(rank, slot)) {
      unmet[rank]--;
    } else {
      lane(rank, slot).expectedAnnouncements++;
    }
    await(slot, receipt);
  }

  /** This rank has a place for the bytes of whoever sends first. */
  void receiveFromAnyone(long slot, Posted receipt) {
    ArrayDeque<Integer> ranks = announced.get(slot);
    if (ranks == null) {
      open.computeIfAbsent(slot, unused -> new ArrayDeque<>()).add(receipt);
      return;
    }
    int rank = ranks.remove();
    if (ranks.isEmpty()) {
      announced.remove(slot);
    }
    unmet[rank]--;
    receipt.comesFrom(rank);
    await(slot, receipt);
  }

  /** A peer has bytes for this rank. */
  void onSendReady(int rank, long slot) throws MalformedMessageException {
    Lane lane = lanes.get(rank).get(slot);
    if (lane != null && lane.expectedAnnouncements > 0) {
      lane.expectedAnnouncements--;
      forgetIfIdle(rank, slot, lane);
      return;
    }
    ArrayDeque<Posted> receipts = open.get(slot);
    if (receipts != null) {
      Posted receipt = receipts.remove();
      if (receipts.isEmpty()) {
        open.remove(slot);
      }
      receipt.comesFrom(rank);
      await(slot, receipt);
      return;
    }
    countUnmet(rank);
    announced.computeIfAbsent(slot, unused -> new ArrayDeque<>()).add(rank);
  }

  /** A peer has a place for bytes of this rank. */
  void onReceiveReady(int rank, long slot) throws MalformedMessageException {
    Lane lane = lanes.get(rank).get(slot);
    if (lane != null && !lane.sends.isEmpty()) {
      Posted send = lane.sends.remove();
      sendData(slot, send);
      forgetIfIdle(rank, slot, lane);
      return;
    }
    countUnmet(rank);
    lane(rank, slot).credits++;
  }

  /**
   * The bytes of a peer's send begin to arrive.
   *
   * @return where they belong
   */
  Posted onData(int rank, long slot, long length) throws MalformedMessageException {
    Lane lane = lanes.get(rank).get(slot);
    Posted receipt = lane == null ? null : lane.receipts.poll();
    if (lane == null || receipt == null) {
      throw new MalformedMessageException(
          String.format(
              Locale.ROOT, "%d bytes on slot %#x, where none were asked for", length, slot));
    }
    forgetIfIdle(rank, slot, lane);
    int room = receipt.data().remaining();
    if (length > room || (length < room && !Slot.allowsShorter(slot))) {
      // Whoever waits for it shall hear of the loss.
      lane(rank, slot).receipts.addFirst(receipt);
      throw new MalformedMessageException(
          String.format(
              Locale.ROOT,
              "%d bytes on slot %#x, where this rank expects %d",
              length,
              slot,
              room));
    }
    receipt.willReceive((int) length);
    return receipt;
  }

  /** What has been posted for a peer and waits for it. */
  List<Posted> waitingFor(int rank) {
    List<Posted> waiting = new ArrayList<>();
    for (Lane lane : lanes.get(rank).values()) {
      waiting.addAll(lane.sends);
      waiting.addAll(lane.receipts);
    }
    return waiting;
  }

  /** Forgets a peer. */
  void forget(int rank) {
    lanes.get(rank).clear();
    for (Iterator<ArrayDeque<Integer>> i = announced.values().iterator(); i.hasNext(); ) {
      ArrayDeque<Integer> ranks = i.next();
      ranks.removeIf(announcer -> announcer == rank);
      if (ranks.isEmpty()) {
        i.remove();
      }
    }
    unmet[rank] = 0;
  }

  /** The receipts from anyone that wait for a sender. */
  List<Posted> waitingForAnyone() {
    List<Posted> waiting = new ArrayList<>();
    open.values().forEach(waiting::addAll);
    return waiting;
  }

  /** Forgets the receipts from anyone, for when nobody is left. */
  void forgetOpen() {
    open.clear();
  }

  private void await(long slot, Posted receipt) {
    lane(receipt.rank(), slot).receipts.add(receipt);
    outbox.put(
        receipt.rank(), new Preamble(Kind.RECEIVE_READY, slot, receipt.data().remaining()), null);
  }

  private void sendData(long slot, Posted send) {
    outbox.put(send.rank(), new Preamble(Kind.DATA, slot, send.data().remaining()), send);
  }

  private boolean takeAnnouncement(int rank, long slot) {
    ArrayDeque<Integer> ranks = announced.get(slot);
    if (ranks == null || !ranks.removeFirstOccurrence(rank)) {
      return false;
    }
    if (ranks.isEmpty()) {
      announced.remove(slot);
    }
    return true;
  }

  private void countUnmet(int rank) throws MalformedMessageException {
    if (unmet[rank] == MAX_UNMET) {
      throw new MalformedMessageException(
          MAX_UNMET + " announcements that nothing on this rank has met");
    }
    unmet[rank]++;
  }

  private Lane lane(int rank, long slot) {
    return lanes.get(rank).computeIfAbsent(slot, unused -> new Lane());
  }

  private void forgetIfIdle(int rank, long slot, Lane lane) {
    if (lane.isIdle()) {
      lanes.get(rank).remove(slot);
    }
  }
}
