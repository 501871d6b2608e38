package io.muster.store.internal.serving;

import io.muster.store.internal.keyspace.CommandLog;
import io.muster.store.internal.wire.LimitException;
import io.muster.store.internal.wire.Opcode;
import io.muster.store.internal.wire.Refusal;
import io.muster.store.internal.wire.RequestDecoder;
import io.muster.store.internal.wire.WireException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Serves one client: decodes its requests one by one, has each done by {@link ClientRequests}, and
 * ends the client's state. A client that waits can send further requests. While a command
 * {@linkplain #awaitsCommit awaits its commit}, no further request is served.
 *
 * <p>Called by one thread at a time, under the rule that guards the {@link ServerState}.
 */
final class Session implements CommandLog.Completion {
  private static final byte[] EMPTY = {};

  /** About 2 ms of work, in the units of {@link ServerState#work}. */
  static final int WORK_A_TURN = 10_000;

  private final ServerState state;
  private final ReplySink replySink;
  private final RequestDecoder decoder;
  private final ClientRequests requests;

  /** The bytes that the client has stored. */
  private final StoredMemory.Contribution contribution = new StoredMemory.Contribution();

  /** The memory of a request that arrives and of a reply that is sent. */
  private final Holding transfer;

  /** The waits of the client. */
  private final ClientWaits waits;

  /** The long reply that is being written. */
  private final LongReply longReply;

  /** Whether {@link #drop} was called, so that nothing is served any more. */
  private boolean dropped;

  private long workBefore;

  Session(ServerState state, ReplySink replySink) {
    this.state = state;
    this.replySink = replySink;
    this.transfer = new Holding(state.memory.transfers, replySink);
    this.longReply = new LongReply(state, replySink, transfer);
    this.waits = new ClientWaits(state, replySink, longReply);
    this.decoder = new RequestDecoder(state.limits.wire(), state.keys, transfer);
    this.requests =
        new ClientRequests(state, replySink, waits, longReply, contribution, transfer, this);
  }

  /** The memory of the client's requests that arrive and replies that are sent. */
  Holding transfer() {
    return transfer;
  }

  /**
   * Serves one request, or writes the next piece of a long reply.
   *
   * @return false if {@code in} is used up and holds no complete request
   * @throws WireException if the client must be disconnected
   */
  boolean serveNext(ByteBuffer in) throws IOException {
    if (dropped) {
      return false;
    }
    if (isWriting()) {
      writeOn();
      return true;
    }
    waits.beginRequest();
    try {
      Opcode served = decoder.decode(in, requests);
      if (served == null) {
        return decoder.hasLargeRequest();
      }
      state.served(served);
    } catch (WireException e) {
      refuse(e);
      throw e;
    } finally {
      endRequest();
    }
    waits.settle();
    return true;
  }

  private void endRequest() {
    waits.endRequest();
    state.stored.settle(contribution);
    state.pins.settle();
    state.history.settle();
  }

  /** Whether a command of the client is neither applied nor has it failed. */
  boolean awaitsCommit() {
    return requests.awaitsCommit();
  }

  @Override
  public void completed() {
    if (dropped) {
      try {
        requests.abandonAwaited();
      } finally {
        endRequest();
      }
    } else {
      replySink.committed();
    }
  }

  /**
   * Sends the answer to the command that the client {@link #awaitsCommit awaits}, which is applied
   * or has failed.
   *
   * @throws WireException if the client must be disconnected
   */
  void answer() throws IOException {
    waits.beginRequest();
    try {
      requests.answerAwaited();
    } catch (WireException e) {
      refuse(e);
      throw e;
    } finally {
      endRequest();
    }
    waits.settle();
  }

  private void refuse(WireException reason) throws IOException {
    if (requests.understandsRefusals()) {
      Refusal.write(replySink.replies(), String.valueOf(reason.getMessage()));
    }
  }

  /** Starts to measure the work of a turn. */
  void beginTurn() {
    workBefore = state.work();
  }

  /**
   * Whether other clients should be served next: the work since {@link #beginTurn} is enough, or
   * the next request is large and needs a turn of its own.
   */
  boolean isTurnOver() {
    return decoder.hasLargeRequest() || state.work() - workBefore >= WORK_A_TURN;
  }

  /** Whether the next turn begins with a large request. */
  boolean hasLargeRequest() {
    return decoder.hasLargeRequest();
  }

  /** Drops the session, and passes on the wake-ups that the client has not used. */
  void close() {
    try {
      drop();
    } finally {
      requests.close();
      waits.passOnWakeUps();
      state.stored.settle(contribution);
    }
  }

  /**
   * The bytes that tell the client why it is disconnected, in place of its next reply. Empty if the
   * client does not understand them, or a reply is partly sent.
   */
  byte[] refusal(LimitException reason) {
    return requests.understandsRefusals() && !isWriting()
        ? Refusal.encode(String.valueOf(reason.getMessage()))
        : EMPTY;
  }

  /**
   * Discards the request that arrives, the reply that is being sent, and the waits. No request is
   * served any more.
   */
  void drop() {
    dropped = true;
    longReply.drop();
    decoder.abandon();
    transfer.giveBack();
    waits.giveUpAll();
  }

  /** All replies have been sent, so their bytes are not referred to any more. */
  void sent() {
    longReply.sent();
  }

  /**
   * Takes back the last {@code bytes} bytes of a long reply, which are then written again.
   *
   * @return false if they cannot be taken back; then nothing has changed
   */
  boolean takeBack(int bytes) {
    return longReply.takeBack(bytes);
  }

  private boolean isWriting() {
    return longReply.isWriting();
  }

  private void writeOn() throws IOException {
    longReply.writeOn();
    if (!isWriting()) {
      waits.settleAfterLongReply();
    }
  }

  /** Whether the client's waits have numbers, so that {@link #takeEnds} returns their ends. */
  boolean numbersWaits() {
    return waits.areNumbered();
  }

  /** The replies for ended waits with numbers; empty in the middle of a long reply. */
  byte[] takeEnds() {
    return waits.takeEnds();
  }
}
