package io.muster.store.internal.serving;

import io.muster.store.internal.keyspace.Command;
import io.muster.store.internal.keyspace.CommandLog;
import io.muster.store.internal.keyspace.NotANumberException;
import io.muster.store.internal.keyspace.StoreFullException;
import io.muster.store.internal.serving.ClientWaits.Until;
import io.muster.store.internal.wire.Hello;
import io.muster.store.internal.wire.LimitException;
import io.muster.store.internal.wire.Opcode;
import io.muster.store.internal.wire.Protocol;
import io.muster.store.internal.wire.Refusal;
import io.muster.store.internal.wire.Reply;
import io.muster.store.internal.wire.RequestDecoder;
import io.muster.store.internal.wire.Requests;
import io.muster.store.internal.wire.WireException;
import io.muster.store.internal.wire.WireOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Serves the requests of one client, and holds the client's state. A client that waits can send
 * further requests. Requests that change the keyspace become commands; while one {@linkplain
 * #awaitsCommit awaits its commit}, no further request is served.
 *
 * <p>Called by one thread at a time, under the rule that guards the {@link ServerState}.
 */
final class Session implements Requests, CommandLog.Completion {
  private static final byte[] EMPTY = {};
  private static final byte[] REFUSALS = Hello.REFUSALS.getBytes(StandardCharsets.UTF_8);
  private static final byte[] NUMBERED_WAITS =
      Hello.NUMBERED_WAITS.getBytes(StandardCharsets.UTF_8);
  private static final List<String> FEATURES =
      List.of(Hello.REFUSALS, Hello.NUMBERED_WAITS, Hello.COMPARE_AND_SWAP);

  /** About 2 ms of work, in the units of {@link ServerState#work}. */
  static final int WORK_A_TURN = 10_000;

  private final ServerState state;
  private final ReplySink replySink;
  private final RequestDecoder decoder;

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

  /** Whether the client understands a {@link Refusal}. */
  private boolean refusals;

  /** Whether the client belongs to the job's world. Null if nobody asks. */
  private final WorldClients.@Nullable Member member;

  private long workBefore;

  /** What the client is sent once its command is applied. */
  private interface Answer<C extends Command> {
    void send(Session session, C command) throws IOException;
  }

  private static final Answer<Command> NO_REPLY = (session, command) -> requireApplied(command);

  /** A command that is neither applied nor has it failed, and what follows it. */
  private record Awaited<C extends Command>(C command, Answer<? super C> answer) {
    void answer(Session session) throws IOException {
      answer.send(session, command);
    }
  }

  /** The command that the client awaits. */
  private @Nullable Awaited<?> awaited;

  Session(ServerState state, ReplySink replySink) {
    this.state = state;
    this.replySink = replySink;
    this.transfer = new Holding(state.memory.transfers, replySink);
    this.longReply = new LongReply(state, replySink, transfer);
    this.waits = new ClientWaits(state, replySink, longReply);
    this.decoder = new RequestDecoder(state.limits.wire(), state.keys, transfer);
    WorldClients world = state.world;
    this.member = world == null ? null : world.new Member();
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
      Opcode served = decoder.decode(in, this);
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
  }

  /** Has the command applied, and sends its answer now or when {@link #answer} is called. */
  private <C extends Command> void submit(C command, Answer<? super C> answer) throws IOException {
    if (state.log.submit(command, this)) {
      answer.send(this, command);
    } else {
      awaited = new Awaited<>(command, answer);
    }
  }

  /** Whether a command of the client is neither applied nor has it failed. */
  boolean awaitsCommit() {
    return awaited != null;
  }

  @Override
  public void completed() {
    if (!dropped) {
      replySink.committed();
      return;
    }
    Awaited<?> unanswered = takeAwaited();
    if (unanswered.command instanceof Command.Arrive arrival && arrival.mustWait()) {
      state.submit(new Command.Leave(arrival.barrier()));
    }
  }

  private Awaited<?> takeAwaited() {
    Awaited<?> taken = Objects.requireNonNull(awaited);
    awaited = null;
    return taken;
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
      takeAwaited().answer(this);
    } catch (WireException e) {
      refuse(e);
      throw e;
    } finally {
      endRequest();
    }
    waits.settle();
  }

  private void refuse(WireException reason) throws IOException {
    if (refusals) {
      Refusal.write(reply(), String.valueOf(reason.getMessage()));
    }
  }

  /**
   * Throws if the command has failed. The protocol has no error reply: PyTorch's servers drop the
   * connection, and so do we.
   */
  private static void requireApplied(Command command) throws WireException {
    Exception failure = command.failure();
    if (failure instanceof StoreFullException) {
      throw new LimitException(String.valueOf(failure.getMessage()));
    } else if (failure != null) {
      throw new WireException(String.valueOf(failure.getMessage()));
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
      if (member != null) {
        member.close();
      }
      waits.passOnWakeUps();
      state.stored.settle(contribution);
    }
  }

  /**
   * The bytes that tell the client why it is disconnected, in place of its next reply. Empty if the
   * client does not understand them, or a reply is partly sent.
   */
  byte[] refusal(LimitException reason) {
    return refusals && !isWriting() ? Refusal.encode(String.valueOf(reason.getMessage())) : EMPTY;
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

  @Override
  public void set(byte[] key, byte[] value) throws IOException {
    wrote(key);
    state.stored.requireRoomToSet(contribution, key, value);
    submit(new Command.Set(key, value), NO_REPLY);
  }

  @Override
  public void compareSet(byte[] key, byte[] expected, byte[] desired) throws IOException {
    wrote(key);
    read(key);
    state.stored.requireRoomToCompareSet(contribution, key, expected, desired);
    submit(new Command.CompareSet(key, expected, desired), Session::replyValueAfterCompareSet);
  }

  private void replyValueAfterCompareSet(Command.CompareSet command) throws IOException {
    requireApplied(command);
    Object value = command.hasSwapped() ? command.desired() : state.keyspace.value(command.key());
    if (value == null) {
      longReply.beginUnstored(command.expected());
    } else {
      longReply.begin(value);
    }
  }

  @Override
  public void compareAndSwap(byte[] key, byte[] expected, byte[] desired) throws IOException {
    state.stored.requireRoomToCompareSet(contribution, key, expected, desired);
    submit(new Command.CompareSet(key, expected, desired), Session::replyWhetherSwapped);
  }

  private void replyWhetherSwapped(Command.CompareSet command) throws IOException {
    requireApplied(command);
    if (command.hasSwapped()) {
      reply().putByte(Reply.SWAPPED);
      return;
    }
    Object value = state.keyspace.value(command.key());
    reply().putByte(value == null ? Reply.ABSENT : Reply.OTHER_VALUE);
    if (value != null) {
      longReply.beginStored(command.key(), value);
    }
  }

  @Override
  public void get(byte[] key) throws IOException {
    read(key);
    longReply.beginStored(key, valueOrEmpty(key));
  }

  @Override
  public void add(byte[] key, long delta) throws IOException {
    if (member != null) {
      member.added(key, delta);
    }
    state.stored.requireRoomToAdd(contribution, key);
    submit(new Command.Add(key, delta), Session::replySum);
  }

  private void replySum(Command.Add command) throws IOException {
    requireApplied(command);
    reply().putLong(command.sum());
  }

  @Override
  public void check(List<byte[]> keys) throws IOException {
    for (int i = 0; i < keys.size(); i++) {
      byte[] key = keys.get(i);
      if (!state.keyspace.isPresent(key) && !Protocol.isMark(key)) {
        reply().putByte(Reply.NOT_READY);
        return;
      }
    }
    reply().putByte(Reply.READY);
  }

  @Override
  public void await(List<byte[]> keys) throws IOException {
    read(keys);
    waits.beginUnnumbered(keys, Until.PRESENT);
  }

  @Override
  public void numKeys() throws IOException {
    reply().putLong(state.keyspace.size());
  }

  @Override
  public void deleteKey(byte[] key) throws IOException {
    submit(new Command.Delete(key), Session::replyWhetherDeleted);
  }

  private void replyWhetherDeleted(Command.Delete command) throws IOException {
    requireApplied(command);
    reply().putLong(command.existed() ? 1 : 0);
  }

  @Override
  public void append(byte[] key, byte[] value) throws IOException {
    requireShortEnough(key, value);
    state.stored.requireRoomToAppend(contribution, key, value);
    submit(new Command.Append(key, value), NO_REPLY);
  }

  private void requireShortEnough(byte[] key, byte[] appended) throws LimitException {
    long length = state.keyspace.valueLength(key) + (long) appended.length;
    int limit = state.limits.wire().valueBytes();
    if (length > limit) {
      throw new LimitException(
          "APPEND: would make a value of " + length + " bytes; the limit is " + limit);
    }
  }

  @Override
  public void multiGet(List<byte[]> keys) throws IOException {
    read(keys);
    long removed = state.keyspace.removedBytes();
    List<Object> values = longReply.listFor(keys.size());
    long bytes = 0;
    for (int i = 0; i < keys.size(); i++) {
      Object value = valueOrEmpty(keys.get(i));
      values.add(value);
      bytes += LongReply.heapBytes(value);
    }
    longReply.begin(values.iterator(), removed, bytes);
  }

  @Override
  public void multiSet(List<byte[]> keys, List<byte[]> values) throws IOException {
    if (!keys.isEmpty()) {
      wrote(keys.get(0));
    }
    state.stored.requireRoomToSetAll(contribution, keys, values);
    submit(new Command.SetAll(keys, values), NO_REPLY);
  }

  @Override
  public void cancelWait() throws IOException {
    waits.giveUp();
    reply().putByte(Reply.WAIT_CANCELED);
  }

  @Override
  public void ping(int nonce) throws IOException {
    reply().putInt(nonce);
  }

  @Override
  public void queuePush(byte[] key, byte[] value) throws IOException {
    state.stored.requireRoomToPush(contribution, key, value);
    submit(new Command.Push(key, value), NO_REPLY);
  }

  @Override
  public void queuePop(byte[] key) throws IOException {
    waits.popped(key);
    submit(new Command.Pop(key), Session::replyItem);
  }

  private void replyItem(Command.Pop command) throws IOException {
    requireApplied(command);
    reply().putLong(command.lengthBefore());
    byte[] item = command.item();
    if (item != null) {
      longReply.begin(item, command.removedBefore());
    }
  }

  @Override
  public void queueLen(byte[] key) throws IOException {
    reply().putLong(state.keyspace.queueLength(key));
  }

  @Override
  public void listKeys() throws IOException {
    long removed = state.keyspace.removedBytes();
    List<byte[]> keys = state.keyspace.keys();
    reply().putLong(keys.size());
    longReply.begin(keys.iterator(), removed, Long.MAX_VALUE);
  }

  @Override
  public void barrier(byte[] key, long worldSize) throws IOException {
    if (waits.beginArrival(contribution, key)) {
      submit(new Command.Arrive(key, worldSize), Session::endArrival);
    }
  }

  private void endArrival(Command.Arrive command) throws IOException {
    if (!waits.areNumbered()) {
      requireApplied(command);
    }
    waits.arrived(command);
  }

  @Override
  public void tryGet(byte[] key) throws IOException {
    read(key);
    Object value = state.keyspace.value(key);
    reply().putByte(value == null ? Reply.ABSENT : Reply.FOUND);
    if (value != null) {
      longReply.beginStored(key, value);
    }
  }

  @Override
  public void tryMultiGet(List<byte[]> keys) throws IOException {
    read(keys);
    long removed = state.keyspace.removedBytes();
    List<Object> values = longReply.listFor(keys.size());
    long bytes = 0;
    for (int i = 0; i < keys.size(); i++) {
      Object value = state.keyspace.value(keys.get(i));
      if (value == null) {
        longReply.giveBack();
        reply().putByte(Reply.ABSENT);
        return;
      }
      values.add(value);
      bytes += LongReply.heapBytes(value);
    }
    reply().putByte(Reply.FOUND);
    longReply.begin(values.iterator(), removed, bytes);
  }

  @Override
  public void tryAdd(byte[] key, long delta) throws IOException {
    if (member != null) {
      member.added(key, delta);
    }
    state.stored.requireRoomToAdd(contribution, key);
    submit(new Command.Add(key, delta), Session::replySumOrValue);
  }

  private void replySumOrValue(Command.Add command) throws IOException {
    if (command.failure() instanceof NotANumberException e) {
      reply().putByte(Reply.NOT_A_NUMBER);
      longReply.begin(e.value());
      return;
    }
    requireApplied(command);
    reply().putByte(Reply.FOUND);
    reply().putLong(command.sum());
  }

  @Override
  public void observe(List<byte[]> keys) throws IOException {
    read(keys);
    waits.begin(keys, Until.OBSERVED);
  }

  @Override
  public void awaitValues(List<byte[]> keys) throws IOException {
    read(keys);
    waits.begin(keys, Until.VALUES);
  }

  @Override
  public void awaitItem(byte[] key) throws IOException {
    waits.begin(List.of(key), Until.ITEM);
  }

  @Override
  public void hello(List<byte[]> features) throws IOException {
    for (byte[] feature : features) {
      refusals |= Arrays.equals(feature, REFUSALS);
      if (Arrays.equals(feature, NUMBERED_WAITS)) {
        waits.number();
      }
    }
    Hello.write(reply(), Hello.facts(state.name, state.limits.wire()), features, FEATURES);
  }

  @Override
  public void endWait(long number) throws IOException {
    waits.end(number);
  }

  /** Whether the client's waits have numbers, so that {@link #takeEnds} returns their ends. */
  boolean numbersWaits() {
    return waits.areNumbered();
  }

  /** The replies for ended waits with numbers; empty in the middle of a long reply. */
  byte[] takeEnds() {
    return waits.takeEnds();
  }

  private void wrote(byte[] key) {
    if (member != null) {
      member.wrote(key);
    }
  }

  private void read(byte[] key) {
    if (member != null) {
      member.read(key);
    }
  }

  private void read(List<byte[]> keys) {
    if (member != null && !keys.isEmpty()) {
      member.read(keys.get(0));
    }
  }

  private WireOutput reply() {
    return replySink.replies();
  }

  private Object valueOrEmpty(byte[] key) {
    Object value = state.keyspace.value(key);
    return value == null ? EMPTY : value;
  }
}
