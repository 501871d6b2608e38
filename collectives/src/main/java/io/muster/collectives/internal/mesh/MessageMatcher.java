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
 * Matches sends and receives by Gloo's protocol, for all peers of a rank. The result depends on the
 * sequence of calls only: there is no lock, thread, socket or clock. A message that does not fit
 * its receive is found from the lengths that both sides announce, before any byte of it is sent.
 *
 * <p>A send is announced to the receiver and waits until the receiver has announced the matching
 * receive. Between two ranks, the messages of a slot arrive in order. A receive from any source
 * waits for an announced send, and then becomes a receive from that rank.
 */
final class MessageMatcher {
  /** The number of sends and receives of a peer that may be announced and not matched yet. */
  static final int MAX_UNEXPECTED = 1 << 18;

  /** Sends the messages of the protocol. */
  interface Announcer {
    /** Sends a preamble to a rank, followed by the bytes of {@code data} if there are any. */
    void put(int rank, Preamble preamble, @Nullable PostedMessage data);
  }

  /** The messages of one slot between this rank and one peer. */
  private static final class SlotQueue {
    final ArrayDeque<PostedMessage> sends = new ArrayDeque<>(2);
    final ArrayDeque<PostedMessage> receives = new ArrayDeque<>(4);

    /** The lengths of the peer's receives that this rank has not sent a message for. */
    final Lengths remotePendingReceives = new Lengths();

    /** The number of receives whose send has not been announced. */
    int expectedAnnouncements;

    /**
     * The oldest receive whose send has not been announced, or null if all have been. Those before
     * it wait for data that were announced; often there are none.
     */
    @Nullable PostedMessage nextToBeAnnounced() {
      int before = receives.size() - expectedAnnouncements;
      if (before < 0) {
        return null;
      }
      Iterator<PostedMessage> i = receives.iterator();
      for (; before > 0; before--) {
        i.next();
      }
      return i.next();
    }

    boolean isIdle() {
      return sends.isEmpty()
          && receives.isEmpty()
          && remotePendingReceives.isEmpty()
          && expectedAnnouncements == 0;
    }
  }

  /** What a peer has announced. */
  private record Announcement(int rank, long length) {}

  private final Announcer announcer;
  private final List<Map<Long, SlotQueue>> queues;
  private final int[] unexpected;

  /** The sum of {@link #unexpected}; changed by one thread at a time, and read by any. */
  private volatile int allUnexpected;

  /** By slot, the announced sends that no receive was posted for, in the order of arrival. */
  private final Map<Long, ArrayDeque<Announcement>> remotePendingSends = new HashMap<>();

  /** By slot, the receives from any source that no announced send has matched. */
  private final Map<Long, ArrayDeque<PostedMessage>> open = new HashMap<>();

  MessageMatcher(int size, Announcer announcer) {
    this.announcer = announcer;
    this.unexpected = new int[size];
    this.queues = new ArrayList<>(size);
    for (int rank = 0; rank < size; rank++) {
      queues.add(new HashMap<>());
    }
  }

  /** This rank has bytes for a peer. */
  void send(long slot, PostedMessage send) throws SizeMismatchException {
    int rank = send.rank();
    int length = send.data().remaining();
    announcer.put(rank, new Preamble(Kind.SEND_READY, slot, length), null);
    SlotQueue queue = queue(rank, slot);
    if (queue.remotePendingReceives.isEmpty()) {
      queue.sends.add(send);
      return;
    }
    countMet(rank);
    long wanted = queue.remotePendingReceives.remove();
    if (!SizeMismatchException.fits(length, wanted, slot)) {
      // Operations that wait for it must learn of the loss.
      queue.sends.add(send);
      throw SizeMismatchException.ofSend(slot, length, wanted);
    }
    sendData(slot, send);
    forgetIfIdle(rank, slot, queue);
  }

  /** This rank has a place for the bytes of a peer. */
  void receive(long slot, PostedMessage receive) throws SizeMismatchException {
    int rank = receive.rank();
    Announcement announcement = takeAnnouncement(rank, slot);
    SlotQueue queue = await(slot, receive);
    if (announcement == null) {
      queue.expectedAnnouncements++;
    } else {
      countMet(rank);
      requireFits(announcement.length, receive, slot);
    }
  }

  /** This rank has a place for the bytes of whoever sends first. */
  void receiveFromAnyone(long slot, PostedMessage receive) throws SizeMismatchException {
    ArrayDeque<Announcement> announcements = remotePendingSends.get(slot);
    if (announcements == null) {
      open.computeIfAbsent(slot, unused -> new ArrayDeque<>()).add(receive);
      return;
    }
    Announcement announcement = announcements.remove();
    if (announcements.isEmpty()) {
      remotePendingSends.remove(slot);
    }
    countMet(announcement.rank);
    receive.comesFrom(announcement.rank);
    SlotQueue unused = await(slot, receive);
    requireFits(announcement.length, receive, slot);
  }

  /** A peer has bytes for this rank. */
  void onSendReady(int rank, long slot, long length) throws IOException {
    SlotQueue queue = queues.get(rank).get(slot);
    if (queue != null && queue.expectedAnnouncements > 0) {
      PostedMessage receive = queue.nextToBeAnnounced();
      queue.expectedAnnouncements--;
      forgetIfIdle(rank, slot, queue);
      if (receive != null) {
        requireFits(length, receive, slot);
      }
      return;
    }
    ArrayDeque<PostedMessage> receives = open.get(slot);
    if (receives != null) {
      PostedMessage receive = receives.remove();
      if (receives.isEmpty()) {
        open.remove(slot);
      }
      receive.comesFrom(rank);
      SlotQueue unused = await(slot, receive);
      requireFits(length, receive, slot);
      return;
    }
    countUnmet(rank);
    remotePendingSends
        .computeIfAbsent(slot, unused -> new ArrayDeque<>())
        .add(new Announcement(rank, length));
  }

  /** A peer has a place for bytes of this rank. */
  void onReceiveReady(int rank, long slot, long wanted) throws IOException {
    SlotQueue queue = queues.get(rank).get(slot);
    PostedMessage send = queue == null ? null : queue.sends.peek();
    if (queue != null && send != null) {
      int length = send.data().remaining();
      if (!SizeMismatchException.fits(length, wanted, slot)) {
        throw SizeMismatchException.ofSend(slot, length, wanted);
      }
      PostedMessage unused = queue.sends.remove();
      sendData(slot, send);
      forgetIfIdle(rank, slot, queue);
      return;
    }
    countUnmet(rank);
    queue(rank, slot).remotePendingReceives.add(wanted);
  }

  /**
   * The bytes of a peer's send begin to arrive.
   *
   * @return where they belong
   */
  PostedMessage onData(int rank, long slot, long length) throws MalformedMessageException {
    SlotQueue queue = queues.get(rank).get(slot);
    PostedMessage receive = queue == null ? null : queue.receives.poll();
    if (queue == null || receive == null) {
      throw new MalformedMessageException(
          String.format(
              Locale.ROOT,
              "%d bytes, where none were asked for, as %s",
              length,
              Slot.describe(slot)));
    }
    forgetIfIdle(rank, slot, queue);
    int room = receive.data().remaining();
    if (!SizeMismatchException.fits(length, room, slot)) {
      // Whoever waits for it shall hear of the loss.
      queue(rank, slot).receives.addFirst(receive);
      throw new MalformedMessageException(
          String.format(
              Locale.ROOT,
              "%d bytes, where this rank expects %d, as %s",
              length,
              room,
              Slot.describe(slot)));
    }
    receive.willReceive((int) length);
    return receive;
  }

  /** What has been posted for a peer and waits for it. */
  List<PostedMessage> waitingFor(int rank) {
    List<PostedMessage> waiting = new ArrayList<>();
    for (SlotQueue queue : queues.get(rank).values()) {
      waiting.addAll(queue.sends);
      waiting.addAll(queue.receives);
    }
    return waiting;
  }

  /** Forgets a peer. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // by one thread at a time
  void forget(int rank) {
    queues.get(rank).clear();
    for (Iterator<ArrayDeque<Announcement>> i = remotePendingSends.values().iterator();
        i.hasNext(); ) {
      ArrayDeque<Announcement> announcements = i.next();
      announcements.removeIf(announcement -> announcement.rank == rank);
      if (announcements.isEmpty()) {
        i.remove();
      }
    }
    allUnexpected -= unexpected[rank];
    unexpected[rank] = 0;
  }

  /** The receives from any source that wait for a sender. */
  List<PostedMessage> waitingForAnyone() {
    List<PostedMessage> waiting = new ArrayList<>();
    open.values().forEach(waiting::addAll);
    return waiting;
  }

  /** Removes the receives from any source, once no peer is left. */
  void forgetOpen() {
    open.clear();
  }

  private SlotQueue await(long slot, PostedMessage receive) {
    SlotQueue queue = queue(receive.rank(), slot);
    queue.receives.add(receive);
    announcer.put(
        receive.rank(), new Preamble(Kind.RECEIVE_READY, slot, receive.data().remaining()), null);
    return queue;
  }

  private void sendData(long slot, PostedMessage send) {
    announcer.put(send.rank(), new Preamble(Kind.DATA, slot, send.data().remaining()), send);
  }

  private @Nullable Announcement takeAnnouncement(int rank, long slot) {
    ArrayDeque<Announcement> announcements = remotePendingSends.get(slot);
    if (announcements == null) {
      return null;
    }
    for (Iterator<Announcement> i = announcements.iterator(); i.hasNext(); ) {
      Announcement announcement = i.next();
      if (announcement.rank == rank) {
        i.remove();
        if (announcements.isEmpty()) {
          remotePendingSends.remove(slot);
        }
        return announcement;
      }
    }
    return null;
  }

  private static void requireFits(long length, PostedMessage receive, long slot)
      throws SizeMismatchException {
    int room = receive.data().remaining();
    if (!SizeMismatchException.fits(length, room, slot)) {
      throw SizeMismatchException.ofReceipt(slot, length, room);
    }
  }

  /** Whether there may be something that {@link #leftover} finds; for any thread. */
  boolean mayHaveLeftover() {
    return allUnexpected > 0;
  }

  /**
   * What peers have announced or asked for on a slot and this rank has not met, in words; null if
   * there is nothing.
   */
  @Nullable String leftover(long slot) {
    ArrayDeque<Announcement> announcements = remotePendingSends.get(slot);
    if (announcements != null) {
      Announcement first = announcements.element();
      return String.format(
          Locale.ROOT,
          "rank %d sends %d bytes more than this rank expects",
          first.rank,
          first.length);
    }
    for (int rank = 0; rank < queues.size(); rank++) {
      SlotQueue queue = queues.get(rank).get(slot);
      if (queue != null && !queue.remotePendingReceives.isEmpty()) {
        return String.format(
            Locale.ROOT,
            "rank %d expects %d bytes more than this rank sends",
            rank,
            queue.remotePendingReceives.peek());
      }
    }
    return null;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // by one thread at a time
  private void countUnmet(int rank) throws MalformedMessageException {
    if (unexpected[rank] == MAX_UNEXPECTED) {
      throw new MalformedMessageException(
          MAX_UNEXPECTED + " announcements that nothing on this rank has met");
    }
    unexpected[rank]++;
    allUnexpected++;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // by one thread at a time
  private void countMet(int rank) {
    unexpected[rank]--;
    allUnexpected--;
  }

  private SlotQueue queue(int rank, long slot) {
    return queues.get(rank).computeIfAbsent(slot, unused -> new SlotQueue());
  }

  private void forgetIfIdle(int rank, long slot, SlotQueue queue) {
    if (queue.isIdle()) {
      queues.get(rank).remove(slot);
    }
  }
}
