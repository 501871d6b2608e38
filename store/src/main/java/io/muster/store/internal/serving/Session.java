package io.muster.store.internal.serving;

import io.muster.store.internal.keyspace.Key;
import io.muster.store.internal.keyspace.Keyspace;
import io.muster.store.internal.keyspace.NotANumberException;
import io.muster.store.internal.keyspace.StoreFullException;
import io.muster.store.internal.keyspace.Waiter;
import io.muster.store.internal.keyspace.WaiterRegistry;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One client's conversation with the server. At most one wait is pending, but for those that have
 * numbers; other requests are served meanwhile, and a new wait takes the place of the old one.
 * Called by one thread at a time, under the rule that guards the {@link ServerState}.
 */
final class Session implements Requests {
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

  /** Whether the end of a wait is still to be told, behind the long reply. */
  private boolean releaseUnwritten;

  /** Why the end of the client's own wait could not be written, amid the request that ended it. */
  private @Nullable Throwable releaseFailure;

  /** What the client has stored. */
  private final StoredMemory.Contribution contribution = new StoredMemory.Contribution();

  /** What it holds for a request that arrives and for a reply that is sent. */
  private final Holding transfer;

  /** What it holds for its wait. */
  private final Holding waiting;

  /** The long reply that is being written. */
  private final LongReply longReply;

  /** Whether all is given up, so that nothing is served any more. */
  private boolean dropped;

  /** Whether the client understands a {@link Refusal}. */
  private boolean refusals;

  private long workBefore;
  private boolean serving;
  private @Nullable PendingWait pending;

  /** The waits that have numbers, of a client that asked for that. */
  private @Nullable NumberedWaits numbered;

  /**
   * The queue whose push ended this session's wait, until its next request shows whether it takes
   * the item.
   */
  private @Nullable Key wokenBy;

  Session(ServerState state, ReplySink replySink) {
    this.state = state;
    this.replySink = replySink;
    this.transfer = new Holding(state.memory.transfers, replySink);
    this.waiting = new Holding(state.memory.waits, replySink);
    this.longReply = new LongReply(state, replySink, transfer);
    this.decoder = new RequestDecoder(state.limits.wire(), state.keys, transfer);
  }

  /** What the client holds for requests that arrive and replies that are sent. */
  Holding transfer() {
    return transfer;
  }

  /**
   * Serves one request, or writes a piece more of a reply that is too long to be written at once.
   *
   * @return false if all of {@code in} was taken and the request goes on, and none is left to serve
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
    Key offered = wokenBy;
    serving = true;
    try {
      Opcode served = decoder.decode(in, this);
      if (served == null) {
        return decoder.hasLargeRequest();
      }
      state.served(served);
    } catch (WireException e) {
      if (refusals) {
        Refusal.write(reply(), String.valueOf(e.getMessage()));
      }
      throw e;
    } finally {
      serving = false;
      state.stored.settle(contribution);
      state.pins.settle();
    }
    requireReleaseTold();
    replyEnds();
    if (offered != null && offered.equals(wokenBy)) {
      passOnWakeUp();
    }
    return true;
  }

  /** Begins to count the work of a turn. */
  void beginTurn() {
    workBefore = state.work();
  }

  /**
   * Whether others should be served before more is served: enough has been done since {@link
   * #beginTurn}, or a large request is next, which is a turn of its own.
   */
  boolean isTurnOver() {
    return decoder.hasLargeRequest() || state.work() - workBefore >= WORK_A_TURN;
  }

  /** Whether the next turn begins with a large request. */
  boolean hasLargeRequest() {
    return decoder.hasLargeRequest();
  }

  /** Forgets all that the client was waiting for. */
  void close() {
    try {
      drop();
    } finally {
      passOnWakeUp();
      if (numbered != null) {
        numbered.passOnWakeUps();
      }
      state.stored.settle(contribution);
    }
  }

  /**
   * What tells the client why it is disconnected, in place of its next reply; empty if it does not
   * understand that, or has been sent a part of a reply.
   */
  byte[] refusal(LimitException reason) {
    return refusals && !isWriting() ? Refusal.encode(String.valueOf(reason.getMessage())) : EMPTY;
  }

  /**
   * Gives up the request that is arriving, the reply that is being sent, and the wait. Nothing is
   * served any more.
   */
  void drop() {
    dropped = true;
    longReply.drop();
    decoder.abandon();
    transfer.giveBack();
    giveUpWait();
    waiting.giveBack();
    if (numbered != null) {
      numbered.endAll();
    }
  }

  /** All that was replied so far has been sent, so that nothing refers to it any more. */
  void sent() {
    longReply.sent();
  }

  /**
   * Takes the last bytes of a long reply back, to write them again later.
   *
   * @return whether the last {@code bytes} bytes that were replied can be taken back
   */
  boolean takeBack(int bytes) {
    return longReply.takeBack(bytes);
  }

  private void requireReleaseTold() throws IOException {
    Throwable failure = releaseFailure;
    if (failure != null) {
      throw new IOException("the end of the client's own wait could not be written", failure);
    }
  }

  private boolean isWriting() {
    return longReply.isWriting();
  }

  private void writeOn() throws IOException {
    longReply.writeOn();
    if (isWriting()) {
      return;
    }
    if (releaseUnwritten) {
      releaseUnwritten = false;
      reply().putByte(Reply.STOP_WAITING);
    }
    replyEnds();
  }

  private void passOnWakeUp() {
    Key queue = wokenBy;
    wokenBy = null;
    state.passOnWakeUp(queue);
  }

  private void giveUpWait() {
    PendingWait wait = pending;
    if (wait != null) {
      pending = null;
      wait.giveUp();
      waiting.giveBack();
    }
  }

  private static long bytesToWaitFor(List<Key> keys) {
    long bytes = 0;
    for (int i = 0; i < keys.size(); i++) {
      bytes += ServerMemory.WAIT_FOR_KEY + (long) keys.get(i).bytes().length;
    }
    return bytes;
  }

  @Override
  public void set(byte[] key, byte[] value) throws WireException {
    state.stored.requireRoomToSet(contribution, key, value);
    try {
      state.keyspace.set(key, value);
    } catch (StoreFullException e) {
      throw refusal(e);
    }
  }

  @Override
  public void compareSet(byte[] key, byte[] expected, byte[] desired) throws IOException {
    boolean swapped = swap(key, expected, desired);
    Object value = swapped ? desired : state.keyspace.value(key);
    if (value == null) {
      longReply.beginUnstored(expected);
    } else {
      longReply.begin(value);
    }
  }

  @Override
  public void compareAndSwap(byte[] key, byte[] expected, byte[] desired) throws IOException {
    if (swap(key, expected, desired)) {
      reply().putByte(Reply.SWAPPED);
      return;
    }
    Object value = state.keyspace.value(key);
    reply().putByte(value == null ? Reply.ABSENT : Reply.OTHER_VALUE);
    if (value != null) {
      longReply.beginStored(key, value);
    }
  }

  private boolean swap(byte[] key, byte[] expected, byte[] desired) throws WireException {
    state.stored.requireRoomToCompareSet(contribution, key, expected, desired);
    try {
      return state.keyspace.compareAndSwap(key, expected, desired);
    } catch (StoreFullException e) {
      throw refusal(e);
    }
  }

  @Override
  public void get(byte[] key) throws IOException {
    longReply.beginStored(key, valueOrEmpty(key));
  }

  @Override
  public void add(byte[] key, long delta) throws IOException {
    state.stored.requireRoomToAdd(contribution, key);
    try {
      reply().putLong(state.keyspace.add(key, delta));
    } catch (NotANumberException | StoreFullException e) {
      throw refusal(e);
    }
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
    awaitAll(keys, Keyspace::isPresent, WaiterRegistry::registerForPresence);
  }

  @Override
  public void numKeys() throws IOException {
    reply().putLong(state.keyspace.size());
  }

  @Override
  public void deleteKey(byte[] key) throws IOException {
    reply().putLong(state.keyspace.delete(key) ? 1 : 0);
  }

  @Override
  public void append(byte[] key, byte[] value) throws WireException {
    requireShortEnough(key, value);
    state.stored.requireRoomToAppend(contribution, key, value);
    try {
      state.keyspace.append(key, value);
    } catch (StoreFullException e) {
      throw refusal(e);
    }
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
  public void multiSet(List<byte[]> keys, List<byte[]> values) throws WireException {
    state.stored.requireRoomToSetAll(contribution, keys, values);
    try {
      state.keyspace.setAll(keys, values);
    } catch (StoreFullException e) {
      throw refusal(e);
    }
  }

  @Override
  public void cancelWait() throws IOException {
    giveUpWait();
    reply().putByte(Reply.WAIT_CANCELED);
  }

  @Override
  public void ping(int nonce) throws IOException {
    reply().putInt(nonce);
  }

  @Override
  public void queuePush(byte[] key, byte[] value) throws WireException {
    state.stored.requireRoomToPush(contribution, key, value);
    try {
      state.keyspace.push(key, value);
    } catch (StoreFullException e) {
      throw refusal(e);
    }
  }

  @Override
  public void queuePop(byte[] key) throws IOException {
    if (wokenBy != null && Arrays.equals(wokenBy.bytes(), key)) {
      wokenBy = null;
    }
    reply().putLong(state.keyspace.queueLength(key));
    long removed = state.keyspace.removedBytes();
    byte[] item = state.keyspace.pop(key);
    if (item == null) {
      return;
    }
    longReply.begin(item, removed);
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
    if (numbered != null) {
      barrierNumbered(numbered, key, worldSize);
      return;
    }
    giveUpWait();
    state.stored.requireRoomToAdd(contribution, key);
    waiting.change(ServerMemory.WAIT_FOR_KEY + (long) key.length);
    PendingWait wait = new BarrierWait();
    try {
      if (state.barriers.arrive(new Key(key), worldSize, wait)) {
        reply().putByte(Reply.STOP_WAITING);
        waiting.giveBack();
      } else {
        pending = wait;
      }
    } catch (NotANumberException | StoreFullException e) {
      throw refusal(e);
    }
  }

  private void barrierNumbered(NumberedWaits waits, byte[] key, long worldSize) throws IOException {
    long number = waits.takeNumber();
    try {
      state.stored.requireRoomToAdd(contribution, key);
      if (waits.arrive(number, new Key(key), worldSize)) {
        replyEnd(Reply.STOP_WAITING, number);
      }
    } catch (LimitException | NotANumberException | StoreFullException e) {
      // The client's other waits go on.
      replyEnd(Reply.WAIT_REFUSED, number);
    }
  }

  @Override
  public void tryGet(byte[] key) throws IOException {
    Object value = state.keyspace.value(key);
    reply().putByte(value == null ? Reply.ABSENT : Reply.FOUND);
    if (value != null) {
      longReply.beginStored(key, value);
    }
  }

  @Override
  public void tryMultiGet(List<byte[]> keys) throws IOException {
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
    state.stored.requireRoomToAdd(contribution, key);
    try {
      long sum = state.keyspace.add(key, delta);
      reply().putByte(Reply.FOUND);
      reply().putLong(sum);
    } catch (NotANumberException e) {
      reply().putByte(Reply.NOT_A_NUMBER);
      longReply.begin(e.value());
    } catch (StoreFullException e) {
      throw refusal(e);
    }
  }

  @Override
  public void observe(List<byte[]> keys) throws IOException {
    awaitNumbered(keys, Keyspace::isPresent, WaiterRegistry::registerAsObserver);
  }

  @Override
  public void awaitValues(List<byte[]> keys) throws IOException {
    awaitNumbered(keys, Keyspace::hasValue, WaiterRegistry::registerForValues);
  }

  @Override
  public void awaitItem(byte[] key) throws IOException {
    awaitNumbered(
        List.of(key),
        (keyspace, queue) -> keyspace.queueLength(queue) > 0,
        (waits, wait, queue) -> waits.registerForItem(wait, queue.get(0)));
  }

  @Override
  public void hello(List<byte[]> features) throws IOException {
    for (byte[] feature : features) {
      refusals |= Arrays.equals(feature, REFUSALS);
      if (numbered == null && Arrays.equals(feature, NUMBERED_WAITS)) {
        giveUpWait();
        numbered = new NumberedWaits(state, replySink, this::endsAreUntold);
      }
    }
    Hello.write(reply(), Hello.facts(state.name, state.limits.wire()), features, FEATURES);
  }

  @Override
  public void endWait(long number) throws IOException {
    replyEnds();
    if (numbered != null) {
      numbered.end(number);
    }
    replyEnd(Reply.WAIT_CANCELED, number);
  }

  private void replyEnd(int how, long number) throws IOException {
    reply().putByte(how);
    reply().putLong(number);
  }

  private void endsAreUntold() {
    if (!serving && !isWriting()) {
      replySink.endWait();
    }
  }

  private void replyEnds() throws IOException {
    byte[] ends = takeEnds();
    if (ends.length > 0) {
      reply().putBytes(ends, 0, ends.length);
    }
  }

  /** Whether the client's waits have numbers, so that {@link #takeEnds} tells how they end. */
  boolean numbersWaits() {
    return numbered != null;
  }

  /** What tells the client which of its waits with numbers have ended; not amid a long reply. */
  byte[] takeEnds() {
    NumberedWaits waits = numbered;
    return waits != null && waits.hasEnds() && !isWriting() ? waits.takeEnds() : EMPTY;
  }

  /** Waits, with a number if the client's waits have any. */
  private void awaitNumbered(List<byte[]> keys, Presence presence, Registration registration)
      throws IOException {
    NumberedWaits waits = numbered;
    if (waits == null) {
      awaitAll(keys, presence, registration);
      return;
    }
    long number = waits.takeNumber();
    List<Key> missing = missing(keys, presence);
    if (missing.isEmpty()) {
      replyEnd(Reply.STOP_WAITING, number);
      return;
    }
    try {
      waits.begin(
          number,
          missing.size(),
          bytesToWaitFor(missing),
          wait -> registration.register(state.waiters, wait, missing));
    } catch (LimitException e) {
      // The client's other waits go on.
      replyEnd(Reply.WAIT_REFUSED, number);
    }
  }

  private void awaitAll(List<byte[]> keys, Presence presence, Registration registration)
      throws IOException {
    if (numbered != null) {
      throw new WireException("a wait without a number on a connection where waits have numbers");
    }
    giveUpWait();
    List<Key> missing = missing(keys, presence);
    if (missing.isEmpty()) {
      reply().putByte(Reply.STOP_WAITING);
      return;
    }
    waiting.change(bytesToWaitFor(missing));
    PendingWait wait = new KeyWait();
    registration.register(state.waiters, wait, missing);
    pending = wait;
  }

  private List<Key> missing(List<byte[]> keys, Presence presence) {
    List<Key> missing = List.of();
    for (int i = 0; i < keys.size(); i++) {
      byte[] key = keys.get(i);
      if (!presence.isThere(state.keyspace, key)) {
        if (missing.isEmpty()) {
          missing = new ArrayList<>(keys.size() - i);
        }
        missing.add(new Key(key));
      }
    }
    return missing;
  }

  /** What a wait is for. */
  private interface Presence {
    boolean isThere(Keyspace keyspace, byte[] key);
  }

  private interface Registration {
    void register(WaiterRegistry waits, Waiter wait, List<Key> missing);
  }

  private WireOutput reply() {
    return replySink.replies();
  }

  private Object valueOrEmpty(byte[] key) {
    Object value = state.keyspace.value(key);
    return value == null ? EMPTY : value;
  }

  /** The protocol has no error reply: PyTorch's servers drop the connection, and so do we. */
  private static WireException refusal(Exception cause) {
    return cause instanceof StoreFullException
        ? new LimitException(String.valueOf(cause.getMessage()))
        : new WireException(String.valueOf(cause.getMessage()));
  }

  private abstract class PendingWait extends Waiter {
    abstract void giveUp();

    @Override
    protected void released(@Nullable Key queue) {
      pending = null;
      waiting.giveBack();
      wokenBy = mayConsumeItem() ? queue : null;
      if (isWriting()) {
        releaseUnwritten = true;
        return;
      }
      if (!serving) {
        replySink.endWait();
        return;
      }
      try {
        reply().putByte(Reply.STOP_WAITING);
      } catch (Throwable e) {
        // The failure of this client must not affect other clients that wait for the same key.
        releaseFailure = e;
      }
    }
  }

  private final class KeyWait extends PendingWait {
    @Override
    void giveUp() {
      state.waiters.forget(this);
    }
  }

  private final class BarrierWait extends PendingWait {
    @Override
    void giveUp() {
      state.barriers.leave(this);
    }
  }
}
