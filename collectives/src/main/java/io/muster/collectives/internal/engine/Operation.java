package io.muster.collectives.internal.engine;

import io.muster.collectives.CollectiveException;
import io.muster.collectives.CollectiveInterruptedException;
import io.muster.collectives.CollectiveTimeoutException;
import io.muster.collectives.Tensor;
import io.muster.collectives.internal.algorithm.Channel;
import io.muster.collectives.internal.algorithm.Message;
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
 * An operation in flight: its messages, scratch memory, deadline, and the exception that it fails
 * with. Used by one thread.
 */
final class Operation implements AutoCloseable {
  /**
   * How long an operation that needs all ranks goes on after a rank has disconnected and while
   * nothing arrives. The rank may have disconnected because its part was done.
   */
  private static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(400);

  /**
   * How long after a failure this rank closes its connections. Until then the other ranks can find
   * out themselves which rank was the first to disconnect.
   */
  private static final long ABORT_DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(150);

  /** How long this waits at most for the connections to be closed. */
  private static final long MAX_ABORT_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final GlooBackend backend;
  private final String description;
  private final String method;
  private final boolean needsAllRanks;
  private final Deadline deadline;
  private final List<SlotMessage> messages = new ArrayList<>();
  private final List<ByteBuffer> scratch = new ArrayList<>();

  /** The channels of collectives; point-to-point messages are not among them. */
  private final List<SlotChannel> channels = new ArrayList<>(1);

  private boolean failsOnInterrupt = true;
  private boolean succeeded;

  /**
   * An operation that begins now.
   *
   * @param description names the operation in exceptions, as in "allReduce (call 3)"
   * @param method the name of the called method
   * @param needsAllRanks whether no rank can finish before all ranks have started
   * @throws CollectiveException if the group is unusable
   */
  Operation(
      GlooBackend backend,
      String description,
      String method,
      boolean needsAllRanks,
      Duration timeout) {
    this.backend = backend;
    this.description = description;
    this.method = method;
    this.needsAllRanks = needsAllRanks;
    this.deadline = Deadline.after(timeout);
    backend.requireUsable(description, method);
    List<PeerFailure> peerFailures = backend.mesh(0).peerFailures();
    if (needsAllRanks && !peerFailures.isEmpty()) {
      throw peerFailed(peerFailures, peerFailures.get(0));
    }
  }

  /** The channel of a collective. */
  Channel channel(Slot.Kind kind, int tag) {
    SlotChannel channel = new SlotChannel(backend.mesh(tag), Slot.of(kind, tag));
    channels.add(channel);
    return channel;
  }

  /** The channel of point-to-point messages with a tag. */
  SlotChannel channel(int tag) {
    return new SlotChannel(backend.mesh(tag), Slot.ofMessages(tag));
  }

  /** Direct memory that this operation owns until {@link #close}. Its contents are arbitrary. */
  ByteBuffer scratch(int bytes) {
    ByteBuffer taken = backend.scratch().take(bytes);
    scratch.add(taken);
    return taken;
  }

  /** Direct memory that holds the elements of a tensor: its own, or scratch memory. */
  ByteBuffer stage(Tensor tensor) {
    ByteBuffer staged = stageEmpty(tensor);
    if (!tensor.isDirect()) {
      tensor.copyTo(staged);
    }
    return staged;
  }

  /**
   * Direct memory to receive the elements of a tensor: its own, or scratch memory with arbitrary
   * contents, which {@link #unstage} copies to the tensor.
   */
  ByteBuffer stageEmpty(Tensor tensor) {
    return tensor.directBuffer().orElseGet(() -> scratch(tensor.byteSize()));
  }

  /** Copies staged elements to their tensor, unless they are there already. */
  static void unstage(ByteBuffer staged, Tensor tensor) {
    if (!tensor.isDirect()) {
      tensor.copyFrom(staged);
    }
  }

  /**
   * Completes staged elements of which only the first {@code received} bytes have arrived. The
   * remaining elements of the tensor do not change.
   */
  void keepRest(Tensor tensor, ByteBuffer staged, int received) {
    if (received < staged.remaining() && !tensor.isDirect()) {
      ByteBuffer old = scratch(tensor.byteSize());
      tensor.copyTo(old);
      staged.slice().position(received).put(old.slice().position(received));
    }
  }

  /**
   * Fails this operation if other ranks have sent or expect more than this rank's part of the
   * collective, because its result is then wrong.
   */
  void requireNothingLeft() {
    for (SlotChannel channel : channels) {
      String leftover = channel.mesh.leftover(channel.slot);
      if (leftover != null) {
        throw fail(
            new CollectiveException(
                String.format(
                    Locale.ROOT,
                    "%s on %s failed: %s, as %s; all ranks must call it with equal lengths",
                    description,
                    backend,
                    leftover,
                    Slot.describe(channel.slot)),
                method,
                List.of(),
                null),
            0);
      }
    }
  }

  /** Notes that all messages are done, so that the scratch memory can be reused. */
  void succeeded() {
    succeeded = true;
  }

  /** Releases the scratch memory, unless a message of a failed operation may still use it. */
  @Override
  public void close() {
    if (succeeded) {
      scratch.forEach(backend.scratch()::giveBack);
    }
  }

  /**
   * Waits for a message of this operation; any thread may call it. An interrupt ends the wait and
   * not the operation.
   */
  void observe(SlotMessage message, Duration timeout) {
    if (!message.posted.isDone()) {
      Operation observer = new Operation(backend, description, method, needsAllRanks, timeout);
      observer.failsOnInterrupt = false;
      observer.adopt(message.mesh, message.posted, message.receives).await();
    }
  }

  /** The timeout that the operation was started with. */
  Duration timeout() {
    return deadline.timeout();
  }

  @Override
  public String toString() {
    return description;
  }

  private SlotMessage adopt(Mesh mesh, PostedMessage posted, boolean receives) {
    SlotMessage added = new SlotMessage(mesh, posted, receives);
    messages.add(added);
    return added;
  }

  /** A {@link Channel} whose messages have one slot. */
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
    public SlotMessage send(int rank, ByteBuffer data) {
      return adopt(mesh, mesh.send(rank, slot, data), false);
    }

    @Override
    public SlotMessage receive(int rank, ByteBuffer into) {
      return adopt(mesh, mesh.receive(rank, slot, into), true);
    }

    SlotMessage receiveFromAnyone(ByteBuffer into) {
      return adopt(mesh, mesh.receiveFromAnyone(slot, into), true);
    }

    @Override
    public ByteBuffer scratch(int bytes) {
      return Operation.this.scratch(bytes);
    }
  }

  /** A message of this operation. */
  final class SlotMessage implements Message {
    private final Mesh mesh;
    private final PostedMessage posted;
    private final boolean receives;

    private SlotMessage(Mesh mesh, PostedMessage posted, boolean receives) {
      this.mesh = mesh;
      this.posted = posted;
      this.receives = receives;
    }

    PostedMessage posted() {
      return posted;
    }

    /** Whether this rank receives the message, rather than sends it. */
    boolean receives() {
      return receives;
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

    /** Blocks until the message is done; returns false if the deadline passes before. */
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
        if (needsAllRanks && !peerFailures.isEmpty()) {
          if (mesh.reads() != reads) {
            reads = mesh.reads();
            quietSince = System.nanoTime();
          }
          nanos = Math.min(nanos, GRACE_NANOS - (System.nanoTime() - quietSince));
          if (nanos <= 0) {
            throw peerFailed(peerFailures, peerFailures.get(0));
          }
        }
        mesh.await(posted, peerFailures.size(), nanos);
      }
      PeerFailure peerFailure = posted.peerFailure();
      if (peerFailure != null) {
        throw peerFailed(mesh.peerFailures(), peerFailure);
      }
      return true;
    }
  }

  private CollectiveException peerFailed(List<PeerFailure> peerFailures, PeerFailure peerFailure) {
    PeerFailure first = peerFailures.isEmpty() ? peerFailure : peerFailures.get(0);
    if (first.isLocal()) {
      return failedLocally(first);
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
            String.format(
                Locale.ROOT, "%s on %s failed: %s%s", description, backend, first, others),
            method,
            peerFailures.stream().map(PeerFailure::rank).toList(),
            null);
    return fail(failure, ABORT_DELAY_NANOS);
  }

  /** The exception if this rank has closed its connections, so that no other rank is to blame. */
  private CollectiveException failedLocally(PeerFailure first) {
    CollectiveException earlier = backend.failure();
    CollectiveException failure =
        earlier == null || first.cause() != null
            ? new CollectiveException(
                String.format(Locale.ROOT, "%s on %s failed: %s", description, backend, first),
                method,
                List.of(),
                first.cause())
            : new CollectiveException(
                String.format(
                    Locale.ROOT,
                    "%s on %s failed: this rank has closed its connections: %s",
                    description,
                    backend,
                    earlier.getMessage()),
                method,
                earlier.lostRanks(),
                earlier);
    // Closes all connections at once. If the other ranks learned of it one after the other, the
    // second would blame the first.
    return fail(failure, 0);
  }

  /** The exception if the deadline has passed. */
  CollectiveTimeoutException timedOut() {
    SortedSet<Integer> senders = new TreeSet<>();
    SortedSet<Integer> receivers = new TreeSet<>();
    for (SlotMessage message : messages) {
      if (!message.posted.isOver() && message.posted.rank() >= 0) {
        (message.receives ? senders : receivers).add(message.posted.rank());
      }
    }
    SortedSet<Integer> missing = new TreeSet<>(senders);
    missing.addAll(receivers);
    return fail(
        new CollectiveTimeoutException(
            String.format(
                Locale.ROOT,
                "%s on %s timed out after %s, waiting for %s",
                description,
                backend,
                deadline.timeout(),
                waitingFor(senders, receivers)),
            method,
            deadline.timeout(),
            List.copyOf(missing)),
        0);
  }

  /**
   * Describes the ranks that this rank waits for. Often they are not the ranks that cause the
   * timeout.
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

  /** The exception if ranks are missing at a monitored barrier; begins as PyTorch's does. */
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
                description,
                backend),
            method,
            deadline.timeout(),
            missing),
        0);
  }

  private CollectiveInterruptedException interrupted() {
    Thread.currentThread().interrupt();
    CollectiveInterruptedException interrupted =
        new CollectiveInterruptedException(
            String.format(Locale.ROOT, "%s on %s was interrupted", description, backend), method);
    return failsOnInterrupt ? fail(interrupted, 0) : interrupted;
  }

  /**
   * Aborts the group after the given time, and waits until the messages of this operation are over,
   * so that no thread uses the caller's memory any more.
   */
  private <E extends CollectiveException> E fail(E failure, long abortDelayNanos) {
    backend.abort(failure, abortDelayNanos);
    boolean interrupted = Thread.interrupted();
    long start = System.nanoTime();
    for (SlotMessage message : messages) {
      long left = MAX_ABORT_NANOS;
      while (!message.posted.isOver() && left > 0) {
        message.posted.await(left);
        interrupted |= Thread.interrupted();
        left = MAX_ABORT_NANOS - (System.nanoTime() - start);
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return failure;
  }
}
