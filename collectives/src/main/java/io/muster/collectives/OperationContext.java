package io.muster.collectives;

import io.muster.collectives.internal.algorithm.Channel;
import io.muster.collectives.internal.algorithm.PendingMessage;
import io.muster.collectives.internal.mesh.Mesh;
import io.muster.collectives.internal.mesh.PeerFailure;
import io.muster.collectives.internal.mesh.PostedMessage;
import io.muster.collectives.internal.wire.Slot;
import io.muster.store.Deadline;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * An operation in flight: its messages, scratch memory, deadline, and the exception it fails with.
 * Used by one thread.
 */
final class OperationContext implements AutoCloseable {
  /**
   * How long an operation that needs everyone goes on, without anything arriving, when a rank has
   * gone. It may have gone because it was done.
   */
  private static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(400);

  /**
   * How long after a failure the connections are closed, by which the others learn of it. By then
   * they know themselves who was the first to go.
   */
  private static final long NEWS_NANOS = TimeUnit.MILLISECONDS.toNanos(150);

  /** How long closing the connections takes at most. */
  private static final long END_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final GlooBackend backend;
  private final String what;
  private final String operation;
  private final boolean needsEveryone;
  private final Deadline deadline;
  private final List<Pending> pending = new ArrayList<>();
  private final List<ByteBuffer> scratch = new ArrayList<>();

  /** Those of collectives. */
  private final List<SlotChannel> channels = new ArrayList<>(1);

  private boolean interruptEndsIt = true;
  private boolean succeeded;

  /**
   * An operation that begins now.
   *
   * @param what how messages of exceptions call it
   */
  OperationContext(
      GlooBackend backend, String what, String operation, boolean needsEveryone, Duration timeout) {
    this.backend = backend;
    this.what = what;
    this.operation = operation;
    this.needsEveryone = needsEveryone;
    this.deadline = Deadline.after(timeout);
    backend.requireUsable(what, operation);
    List<PeerFailure> peerFailures = backend.mesh(0).peerFailures();
    if (needsEveryone && !peerFailures.isEmpty()) {
      throw lost(peerFailures, peerFailures.get(0));
    }
  }

  /** The messages of a collective of the group. */
  Channel channel(Slot.Kind kind, int tag) {
    SlotChannel channel = new SlotChannel(backend.mesh(tag), Slot.of(kind, tag));
    channels.add(channel);
    return channel;
  }

  /** The messages with a tag of the caller's own. */
  SlotChannel messages(int tag) {
    return new SlotChannel(backend.mesh(tag), Slot.ofMessages(tag));
  }

  /** Memory until the run is over. */
  ByteBuffer scratch(int bytes) {
    ByteBuffer taken = backend.scratch().take(bytes);
    scratch.add(taken);
    return taken;
  }

  /** The memory of a tensor, or some that has its elements. */
  ByteBuffer load(Tensor tensor) {
    ByteBuffer memory = place(tensor);
    tensor.load(memory);
    return memory;
  }

  /** The memory of a tensor, or some to take its place that has not its elements. */
  ByteBuffer place(Tensor tensor) {
    return tensor.isDirect() ? tensor.in(EMPTY) : scratch(tensor.bytes());
  }

  /**
   * Completes memory that stands in for a tensor of which only the first bytes have been received:
   * the others stay what they were.
   */
  void keepRest(Tensor tensor, ByteBuffer place, int received) {
    if (received < place.remaining() && !tensor.isDirect()) {
      ByteBuffer old = scratch(tensor.bytes());
      tensor.load(old);
      place.slice().position(received).put(old.slice().position(received));
    }
  }

  private static final ByteBuffer EMPTY = ByteBuffer.allocateDirect(0);

  Deadline deadline() {
    return deadline;
  }

  /**
   * Refuses a result that cannot be right: other ranks have sent or expect more than this rank's
   * part of the collective is.
   */
  void requireNothingLeft() {
    for (SlotChannel channel : channels) {
      String leftover = channel.mesh.leftover(channel.slot);
      if (leftover != null) {
        throw fail(
            new CollectiveException(
                String.format(
                    Locale.ROOT,
                    "%s on %s failed: %s, as %s; the ranks have called it with different lengths",
                    what,
                    backend,
                    leftover,
                    Slot.describe(channel.slot)),
                operation,
                List.of(),
                null),
            0);
      }
    }
  }

  /** Nothing of it is on its way any more. */
  void succeeded() {
    succeeded = true;
  }

  /** Gives back the memory. */
  @Override
  public void close() {
    if (succeeded) {
      scratch.forEach(backend.scratch()::giveBack);
    }
  }

  /**
   * Waits for a message of this run without being part of it: an interrupt ends the waiting alone.
   */
  void observe(Pending message, Duration timeout) {
    if (!message.posted.isDone()) {
      OperationContext observer =
          new OperationContext(backend, what, operation, needsEveryone, timeout);
      observer.interruptEndsIt = false;
      observer.adopt(message.mesh, message.posted, message.receives).await();
    }
  }

  @Override
  public String toString() {
    return what;
  }

  private Pending adopt(Mesh mesh, PostedMessage posted, boolean receives) {
    Pending added = new Pending(mesh, posted, receives);
    pending.add(added);
    return added;
  }

  /** Messages of one slot. */
  final class SlotChannel implements Channel {
    private final Mesh mesh;
    private final long slot;

    private SlotChannel(Mesh mesh, long slot) {
      this.mesh = mesh;
      this.slot = slot;
    }

    @Override
    public int rank() {
      return backend.rank();
    }

    @Override
    public int size() {
      return backend.size();
    }

    @Override
    public Pending send(int rank, ByteBuffer data) {
      return adopt(mesh, mesh.send(rank, slot, data), false);
    }

    @Override
    public Pending receive(int rank, ByteBuffer into) {
      return adopt(mesh, mesh.receive(rank, slot, into), true);
    }

    Pending receiveFromAnyone(ByteBuffer into) {
      return adopt(mesh, mesh.receiveFromAnyone(slot, into), true);
    }

    @Override
    public ByteBuffer scratch(int bytes) {
      return OperationContext.this.scratch(bytes);
    }
  }

  /** A message of this run. */
  final class Pending implements PendingMessage {
    private final Mesh mesh;
    private final PostedMessage posted;
    private final boolean receives;

    private Pending(Mesh mesh, PostedMessage posted, boolean receives) {
      this.mesh = mesh;
      this.posted = posted;
      this.receives = receives;
    }

    PostedMessage posted() {
      return posted;
    }

    @Override
    public int length() {
      return posted.length();
    }

    @Override
    public void await() {
      if (!awaitUntilDeadline()) {
        throw timedOut();
      }
    }

    /** Whether it is done before the deadline. */
    boolean awaitUntilDeadline() {
      long reads = -1;
      long quietSince = 0;
      while (!posted.isOver()) {
        if (Thread.interrupted()) {
          throw interrupted();
        }
        long nanos = deadline.remainingNanos();
        if (nanos <= 0) {
          return false;
        }
        List<PeerFailure> peerFailures = mesh.peerFailures();
        if (needsEveryone && !peerFailures.isEmpty()) {
          if (mesh.reads() != reads) {
            reads = mesh.reads();
            quietSince = System.nanoTime();
          }
          nanos = Math.min(nanos, GRACE_NANOS - (System.nanoTime() - quietSince));
          if (nanos <= 0) {
            throw lost(peerFailures, peerFailures.get(0));
          }
        }
        mesh.await(posted, peerFailures.size(), nanos);
      }
      PeerFailure peerFailure = posted.peerFailure();
      if (peerFailure != null) {
        throw lost(mesh.peerFailures(), peerFailure);
      }
      return true;
    }
  }

  private CollectiveException lost(List<PeerFailure> peerFailures, PeerFailure peerFailure) {
    PeerFailure first = peerFailures.isEmpty() ? peerFailure : peerFailures.get(0);
    if (first.isLocal()) {
      return endedHere(first);
    }
    String others =
        peerFailures.size() < 2
            ? ""
            : "; then "
                + peerFailures.stream()
                    .skip(1)
                    .map(PeerFailure::toString)
                    .collect(Collectors.joining(", "));
    CollectiveException failure =
        new CollectiveException(
            String.format(Locale.ROOT, "%s on %s failed: %s%s", what, backend, first, others),
            operation,
            peerFailures.stream().map(PeerFailure::rank).toList(),
            null);
    return fail(failure, NEWS_NANOS);
  }

  /** What to throw when this rank has ended its connections, which is no other rank's fault. */
  private CollectiveException endedHere(PeerFailure first) {
    CollectiveException earlier = backend.failure();
    CollectiveException failure =
        earlier == null || first.cause() != null
            ? new CollectiveException(
                String.format(Locale.ROOT, "%s on %s failed: %s", what, backend, first),
                operation,
                List.of(),
                first.cause())
            : new CollectiveException(
                String.format(
                    Locale.ROOT,
                    "%s on %s failed, since this rank has ended its connections: %s",
                    what,
                    backend,
                    earlier.getMessage()),
                operation,
                earlier.lostRanks(),
                earlier);
    // The other ranks are notified at once: of two that learn of it one after the other, the second
    // would blame the first.
    return fail(failure, 0);
  }

  /** What to throw when the deadline has passed. */
  CollectiveTimeoutException timedOut() {
    SortedSet<Integer> senders = new TreeSet<>();
    SortedSet<Integer> receivers = new TreeSet<>();
    for (Pending one : pending) {
      if (!one.posted.isOver() && one.posted.rank() >= 0) {
        (one.receives ? senders : receivers).add(one.posted.rank());
      }
    }
    SortedSet<Integer> missing = new TreeSet<>(senders);
    missing.addAll(receivers);
    return fail(
        new CollectiveTimeoutException(
            String.format(
                Locale.ROOT,
                "%s on %s timed out after %s, waiting for %s",
                what,
                backend,
                deadline.timeout(),
                waitingFor(senders, receivers)),
            operation,
            deadline.timeout(),
            List.copyOf(missing)),
        0);
  }

  /**
   * In words. Ranks that this one waits for are often not the ones that all wait for in the end.
   */
  private String waitingFor(SortedSet<Integer> senders, SortedSet<Integer> receivers) {
    List<String> parts = new ArrayList<>();
    if (!senders.isEmpty()) {
      parts.add(ranks(senders) + " to send");
    }
    if (!receivers.isEmpty()) {
      parts.add(ranks(receivers) + " to receive");
    }
    if (parts.isEmpty()) {
      return "any rank to send";
    }
    String all = String.join(" and ", parts);
    return backend.size() > 2 ? all + "; they may themselves wait for another rank" : all;
  }

  private static String ranks(SortedSet<Integer> ranks) {
    return ranks.size() == 1 ? "rank " + ranks.first() : "ranks " + ranks;
  }

  /** What to throw when rank 0 has missed others at a monitored barrier, in PyTorch's words. */
  CollectiveTimeoutException missing(List<Integer> missing) {
    String ranks = missing.stream().map(String::valueOf).collect(Collectors.joining(", "));
    return fail(
        new CollectiveTimeoutException(
            String.format(
                Locale.ROOT,
                "[Rank %d]: %s %s failed to pass monitoredBarrier in %d ms (%s on %s)",
                backend.rank(),
                missing.size() == 1 ? "Rank" : "Ranks",
                ranks,
                deadline.timeout().toMillis(),
                what,
                backend),
            operation,
            deadline.timeout(),
            missing),
        0);
  }

  private CollectiveInterruptedException interrupted() {
    Thread.currentThread().interrupt();
    CollectiveInterruptedException interrupted =
        new CollectiveInterruptedException(
            String.format(Locale.ROOT, "%s on %s was interrupted", what, backend), operation);
    return interruptEndsIt ? fail(interrupted, 0) : interrupted;
  }

  /** Ends the connections of the group; afterwards nothing of this run is on its way any more. */
  <E extends CollectiveException> E fail(E failure, long nanosFromNow) {
    backend.abort(failure, nanosFromNow);
    boolean interrupted = Thread.interrupted();
    long start = System.nanoTime();
    for (Pending one : pending) {
      long left = END_NANOS;
      while (!one.posted.isOver() && left > 0) {
        one.posted.await(left);
        interrupted |= Thread.interrupted();
        left = END_NANOS - (System.nanoTime() - start);
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return failure;
  }
}
