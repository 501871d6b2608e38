package io.muster.collectives.internal.mesh;

import io.muster.collectives.internal.wire.MalformedMessageException;
import io.muster.collectives.internal.wire.Preamble;
import io.muster.collectives.internal.wire.Preamble.Kind;
import io.muster.collectives.internal.wire.Slot;
import java.io.IOException;
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
 * of calls alone; has no lock, no thread, no socket and no clock. A message and the room for it
 * that do not go together are found by what each side announces, before any byte of it is sent.
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

    /** The room that the peer has for messages which this rank has not sent yet. */
    final Lengths credits = new Lengths();

    /** Receipts whose announcement has not come yet. */
    int expectedAnnouncements;

    /**
     * The oldest receipt whose announcement has not come, if its data have not either. Those before
     * it wait for data that were announced; often there are none.
     */
    @Nullable Posted nextToBeAnnounced() {
      int before = receipts.size() - expectedAnnouncements;
      if (before < 0) {
        return null;
      }
      Iterator<Posted> i = receipts.iterator();
      for (; before > 0; before--) {
        i.next();
      }
      return i.next();
    }

    boolean isIdle() {
      return sends.isEmpty()
          && receipts.isEmpty()
          && credits.isEmpty()
          && expectedAnnouncements == 0;
    }
  }

  /** What a peer has announced. */
  private record Announcement(int rank, long length) {}

  private final Outbox outbox;
  private final List<Map<Long, Lane>> lanes;
  private final int[] unmet;

  /** The sum of {@link #unmet}; changed by one thread at a time, and read by any. */
  private volatile int allUnmet;

  /** By slot, who has announced what no receipt was posted for, in the order of arrival. */
  private final Map<Long, ArrayDeque<Announcement>> announced = new HashMap<>();

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
  void send(long slot, Posted send) throws SizeMismatchException {
    int rank = send.rank();
    int length = send.data().remaining();
    outbox.put(rank, new Preamble(Kind.SEND_READY, slot, length), null);
    Lane lane = lane(rank, slot);
    if (lane.credits.isEmpty()) {
      lane.sends.add(send);
      return;
    }
    countMet(rank);
    long wanted = lane.credits.remove();
    if (!SizeMismatchException.fits(length, wanted, slot)) {
      // Operations that wait for it must learn of the loss.
      lane.sends.add(send);
      throw SizeMismatchException.ofSend(slot, length, wanted);
    }
    sendData(slot, send);
    forgetIfIdle(rank, slot, lane);
  }

  /** This rank has a place for the bytes of a peer. */
  void receive(long slot, Posted receipt) throws SizeMismatchException {
    int rank = receipt.rank();
    Announcement announcement = takeAnnouncement(rank, slot);
    Lane lane = await(slot, receipt);
    if (announcement == null) {
      lane.expectedAnnouncements++;
    } else {
      countMet(rank);
      requireFits(announcement.length, receipt, slot);
    }
  }

  /** This rank has a place for the bytes of whoever sends first. */
  void receiveFromAnyone(long slot, Posted receipt) throws SizeMismatchException {
    ArrayDeque<Announcement> announcements = announced.get(slot);
    if (announcements == null) {
      open.computeIfAbsent(slot, unused -> new ArrayDeque<>()).add(receipt);
      return;
    }
    Announcement announcement = announcements.remove();
    if (announcements.isEmpty()) {
      announced.remove(slot);
    }
    countMet(announcement.rank);
    receipt.comesFrom(announcement.rank);
    Lane unused = await(slot, receipt);
    requireFits(announcement.length, receipt, slot);
  }

  /** A peer has bytes for this rank. */
  void onSendReady(int rank, long slot, long length) throws IOException {
    Lane lane = lanes.get(rank).get(slot);
    if (lane != null && lane.expectedAnnouncements > 0) {
      Posted receipt = lane.nextToBeAnnounced();
      lane.expectedAnnouncements--;
      forgetIfIdle(rank, slot, lane);
      if (receipt != null) {
        requireFits(length, receipt, slot);
      }
      return;
    }
    ArrayDeque<Posted> receipts = open.get(slot);
    if (receipts != null) {
      Posted receipt = receipts.remove();
      if (receipts.isEmpty()) {
        open.remove(slot);
      }
      receipt.comesFrom(rank);
      Lane unused = await(slot, receipt);
      requireFits(length, receipt, slot);
      return;
    }
    countUnmet(rank);
    announced
        .computeIfAbsent(slot, unused -> new ArrayDeque<>())
        .add(new Announcement(rank, length));
  }

  /** A peer has a place for bytes of this rank. */
  void onReceiveReady(int rank, long slot, long wanted) throws IOException {
    Lane lane = lanes.get(rank).get(slot);
    Posted send = lane == null ? null : lane.sends.peek();
    if (lane != null && send != null) {
      int length = send.data().remaining();
      if (!SizeMismatchException.fits(length, wanted, slot)) {
        throw SizeMismatchException.ofSend(slot, length, wanted);
      }
      Posted unused = lane.sends.remove();
      sendData(slot, send);
      forgetIfIdle(rank, slot, lane);
      return;
    }
    countUnmet(rank);
    lane(rank, slot).credits.add(wanted);
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
              Locale.ROOT,
              "%d bytes, where none were asked for, as %s",
              length,
              Slot.describe(slot)));
    }
    forgetIfIdle(rank, slot, lane);
    int room = receipt.data().remaining();
    if (!SizeMismatchException.fits(length, room, slot)) {
      // Whoever waits for it shall hear of the loss.
      lane(rank, slot).receipts.addFirst(receipt);
      throw new MalformedMessageException(
          String.format(
              Locale.ROOT,
              "%d bytes, where this rank expects %d, as %s",
              length,
              room,
              Slot.describe(slot)));
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
  @SuppressWarnings("NonAtomicVolatileUpdate") // by one thread at a time
  void forget(int rank) {
    lanes.get(rank).clear();
    for (Iterator<ArrayDeque<Announcement>> i = announced.values().iterator(); i.hasNext(); ) {
      ArrayDeque<Announcement> announcements = i.next();
      announcements.removeIf(announcement -> announcement.rank == rank);
      if (announcements.isEmpty()) {
        i.remove();
      }
    }
    allUnmet -= unmet[rank];
    unmet[rank] = 0;
  }

  /** The receipts from anyone that wait for a sender. */
  List<Posted> waitingForAnyone() {
    List<Posted> waiting = new ArrayList<>();
    open.values().forEach(waiting::addAll);
    return waiting;
  }

  /** Removes the receives from any source, once no peer is left. */
  void forgetOpen() {
    open.clear();
  }

  private Lane await(long slot, Posted receipt) {
    Lane lane = lane(receipt.rank(), slot);
    lane.receipts.add(receipt);
    outbox.put(
        receipt.rank(), new Preamble(Kind.RECEIVE_READY, slot, receipt.data().remaining()), null);
    return lane;
  }

  private void sendData(long slot, Posted send) {
    outbox.put(send.rank(), new Preamble(Kind.DATA, slot, send.data().remaining()), send);
  }

  private @Nullable Announcement takeAnnouncement(int rank, long slot) {
    ArrayDeque<Announcement> announcements = announced.get(slot);
    if (announcements == null) {
      return null;
    }
    for (Iterator<Announcement> i = announcements.iterator(); i.hasNext(); ) {
      Announcement announcement = i.next();
      if (announcement.rank == rank) {
        i.remove();
        if (announcements.isEmpty()) {
          announced.remove(slot);
        }
        return announcement;
      }
    }
    return null;
  }

  private static void requireFits(long length, Posted receipt, long slot)
      throws SizeMismatchException {
    int room = receipt.data().remaining();
    if (!SizeMismatchException.fits(length, room, slot)) {
      throw SizeMismatchException.ofReceipt(slot, length, room);
    }
  }

  /** Whether there may be something that {@link #leftover} finds; for any thread. */
  boolean mayHaveLeftover() {
    return allUnmet > 0;
  }

  /**
   * What peers have announced or asked for on a slot and this rank has not met, in words; null if
   * there is nothing.
   */
  @Nullable String leftover(long slot) {
    ArrayDeque<Announcement> announcements = announced.get(slot);
    if (announcements != null) {
      Announcement first = announcements.element();
      return String.format(
          Locale.ROOT,
          "rank %d sends %d bytes more than this rank expects",
          first.rank,
          first.length);
    }
    for (int rank = 0; rank < lanes.size(); rank++) {
      Lane lane = lanes.get(rank).get(slot);
      if (lane != null && !lane.credits.isEmpty()) {
        return String.format(
            Locale.ROOT,
            "rank %d expects %d bytes more than this rank sends",
            rank,
            lane.credits.peek());
      }
    }
    return null;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // by one thread at a time
  private void countUnmet(int rank) throws MalformedMessageException {
    if (unmet[rank] == MAX_UNMET) {
      throw new MalformedMessageException(
          MAX_UNMET + " announcements that nothing on this rank has met");
    }
    unmet[rank]++;
    allUnmet++;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // by one thread at a time
  private void countMet(int rank) {
    unmet[rank]--;
    allUnmet--;
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
