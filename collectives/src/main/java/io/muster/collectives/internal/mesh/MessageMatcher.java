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
 * Matches sends and receives by Gloo's protocol, for all peers of a rank. The result depends only
 * on the sequence of calls: there is no lock, thread, socket, or clock. Not thread-safe. Both sides
 * announce the lengths of messages, so that a mismatch is found before any byte of a message is
 * sent.
 *
 * <p>A send is announced to the receiver and waits until the receiver has announced the matching
 * receive. Between two ranks, the messages of a slot arrive in order. A receive from any source
 * waits for an announced send, and then becomes a receive from that rank.
 */
final class MessageMatcher {
  /** The number of sends and receives of a peer that may be announced and not matched yet. */
  static final int MAX_UNEXPECTED = 1 << 18;

  /** Queues the messages of the protocol for peers. The caller of the matcher has them sent. */
  interface SendQueues {
    /**
     * Queues a preamble for a rank.
     *
     * @param data the message whose bytes follow the preamble, which must not change before it is
     *     over; null if no bytes follow
     */
    void put(int rank, Preamble preamble, @Nullable PostedMessage data);
  }

  /** The messages of one slot between this rank and one peer. */
  private static final class SlotQueue {
    final ArrayDeque<PostedMessage> sends = new ArrayDeque<>(2);
    final ArrayDeque<PostedMessage> receives = new ArrayDeque<>(4);

    /** The lengths of announced receives of the peer that no send here has matched. */
    final Lengths remotePendingReceives = new Lengths();

    /** The number of receives here whose send the peer has not announced. */
    int expectedAnnouncements;

    /**
     * The oldest receive whose send has not been announced; null if there is none. The receives
     * before it wait for the data of announced sends.
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

  /** A send that a peer has announced. */
  private record Announcement(int rank, long length) {}

  private final SendQueues sendQueues;
  private final List<Map<Long, SlotQueue>> queues;
  private final int[] unexpected;

  /** The sum of {@link #unexpected}; changed by one thread at a time, and read by any. */
  private volatile int allUnexpected;

  /** By slot, the announced sends that no receive was posted for, in the order of arrival. */
  private final Map<Long, ArrayDeque<Announcement>> remotePendingSends = new HashMap<>();

  /** By slot, the receives from any source that no announced send has matched. */
  private final Map<Long, ArrayDeque<PostedMessage>> receivesFromAnyone = new HashMap<>();

  MessageMatcher(int size, SendQueues sendQueues) {
    this.sendQueues = sendQueues;
    this.unexpected = new int[size];
    this.queues = new ArrayList<>(size);
    for (int rank = 0; rank < size; rank++) {
      queues.add(new HashMap<>());
    }
  }

  /** Posts a send to a peer. */
  void send(long slot, PostedMessage send) throws SizeMismatchException {
    int rank = send.rank();
    int length = send.data().remaining();
    sendQueues.put(rank, new Preamble(Kind.SEND_READY, slot, length), null);
    SlotQueue queue = queue(rank, slot);
    if (queue.remotePendingReceives.isEmpty()) {
      queue.sends.add(send);
      return;
    }
    countMatched(rank);
    long expected = queue.remotePendingReceives.remove();
    if (!SizeMismatchException.fits(length, expected, slot)) {
      // The failure of the peer must end this message too.
      queue.sends.add(send);
      throw SizeMismatchException.ofSend(slot, length, expected);
    }
    sendData(slot, send);
    forgetIfIdle(rank, slot, queue);
  }

  /** Posts a receive from a peer. */
  void receive(long slot, PostedMessage receive) throws SizeMismatchException {
    int rank = receive.rank();
    Announcement announcement = takeAnnouncement(rank, slot);
    SlotQueue queue = postReceive(slot, receive);
    if (announcement == null) {
      queue.expectedAnnouncements++;
    } else {
      countMatched(rank);
      requireFits(announcement.length, receive, slot);
    }
  }

  /** Posts a receive from the peer that is first to send. */
  void receiveFromAnyone(long slot, PostedMessage receive) throws SizeMismatchException {
    ArrayDeque<Announcement> announcements = remotePendingSends.get(slot);
    if (announcements == null) {
      receivesFromAnyone.computeIfAbsent(slot, unused -> new ArrayDeque<>()).add(receive);
      return;
    }
    Announcement announcement = announcements.remove();
    if (announcements.isEmpty()) {
      remotePendingSends.remove(slot);
    }
    countMatched(announcement.rank);
    receive.setSender(announcement.rank);
    SlotQueue unused = postReceive(slot, receive);
    requireFits(announcement.length, receive, slot);
  }

  /** Handles a send that a peer has announced. */
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
    ArrayDeque<PostedMessage> receives = receivesFromAnyone.get(slot);
    if (receives != null) {
      PostedMessage receive = receives.remove();
      if (receives.isEmpty()) {
        receivesFromAnyone.remove(slot);
      }
      receive.setSender(rank);
      SlotQueue unused = postReceive(slot, receive);
      requireFits(length, receive, slot);
      return;
    }
    countUnexpected(rank);
    remotePendingSends
        .computeIfAbsent(slot, unused -> new ArrayDeque<>())
        .add(new Announcement(rank, length));
  }

  /** Handles a receive that a peer has announced. */
  void onReceiveReady(int rank, long slot, long expected) throws IOException {
    SlotQueue queue = queues.get(rank).get(slot);
    PostedMessage send = queue == null ? null : queue.sends.peek();
    if (queue != null && send != null) {
      int length = send.data().remaining();
      if (!SizeMismatchException.fits(length, expected, slot)) {
        throw SizeMismatchException.ofSend(slot, length, expected);
      }
      PostedMessage unused = queue.sends.remove();
      sendData(slot, send);
      forgetIfIdle(rank, slot, queue);
      return;
    }
    countUnexpected(rank);
    queue(rank, slot).remotePendingReceives.add(expected);
  }

  /**
   * Handles the preamble of the data of a send.
   *
   * @return the matching receive
   */
  PostedMessage onData(int rank, long slot, long length) throws MalformedMessageException {
    SlotQueue queue = queues.get(rank).get(slot);
    PostedMessage receive = queue == null ? null : queue.receives.poll();
    if (queue == null || receive == null) {
      throw new MalformedMessageException(
          String.format(
              Locale.ROOT,
              "%d bytes, where this rank expects none, as %s",
              length,
              Slot.describe(slot)));
    }
    forgetIfIdle(rank, slot, queue);
    int room = receive.data().remaining();
    if (!SizeMismatchException.fits(length, room, slot)) {
      // The failure of the peer must end this message too.
      queue(rank, slot).receives.addFirst(receive);
      throw new MalformedMessageException(
          String.format(
              Locale.ROOT,
              "%d bytes, where this rank expects %d, as %s",
              length,
              room,
              Slot.describe(slot)));
    }
    receive.setReceivedLength((int) length);
    return receive;
  }

  /** The messages that wait for a peer. */
  List<PostedMessage> waitingFor(int rank) {
    List<PostedMessage> waiting = new ArrayList<>();
    for (SlotQueue queue : queues.get(rank).values()) {
      waiting.addAll(queue.sends);
      waiting.addAll(queue.receives);
    }
    return waiting;
  }

  /** Removes all messages and announcements of a peer. */
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

  /** The receives from any source that have no sender. */
  List<PostedMessage> waitingForAnyone() {
    List<PostedMessage> waiting = new ArrayList<>();
    receivesFromAnyone.values().forEach(waiting::addAll);
    return waiting;
  }

  /** Removes the receives from any source; called when no peer is left. */
  void forgetReceivesFromAnyone() {
    receivesFromAnyone.clear();
  }

  private SlotQueue postReceive(long slot, PostedMessage receive) {
    SlotQueue queue = queue(receive.rank(), slot);
    queue.receives.add(receive);
    sendQueues.put(
        receive.rank(), new Preamble(Kind.RECEIVE_READY, slot, receive.data().remaining()), null);
    return queue;
  }

  private void sendData(long slot, PostedMessage send) {
    sendQueues.put(send.rank(), new Preamble(Kind.DATA, slot, send.data().remaining()), send);
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

  /** Whether {@link #leftover} may find something. Any thread may call it. */
  boolean mayHaveLeftover() {
    return allUnexpected > 0;
  }

  /**
   * Describes a send or receive that a peer has announced for a slot and that this rank has not
   * matched; null if there is none.
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
  private void countUnexpected(int rank) throws MalformedMessageException {
    if (unexpected[rank] == MAX_UNEXPECTED) {
      throw new MalformedMessageException(
          MAX_UNEXPECTED + " announcements that nothing on this rank matches");
    }
    unexpected[rank]++;
    allUnexpected++;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // by one thread at a time
  private void countMatched(int rank) {
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
