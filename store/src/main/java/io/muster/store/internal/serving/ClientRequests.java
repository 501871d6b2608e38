package io.muster.store.internal.serving;

import io.muster.store.internal.keyspace.Command;
import io.muster.store.internal.keyspace.CommandLog;
import io.muster.store.internal.keyspace.NotANumberException;
import io.muster.store.internal.keyspace.StoreFullException;
import io.muster.store.internal.serving.ClientWaits.Until;
import io.muster.store.internal.wire.Hello;
import io.muster.store.internal.wire.LimitException;
import io.muster.store.internal.wire.Protocol;
import io.muster.store.internal.wire.Reply;
import io.muster.store.internal.wire.Requests;
import io.muster.store.internal.wire.WireException;
import io.muster.store.internal.wire.WireOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The handlers of one client's requests. Requests that read are answered from the keyspace.
 * Requests that change it become commands, whose answers may have to await their commit.
 */
final class ClientRequests implements Requests {
  private static final byte[] EMPTY = {};
  private static final byte[] REFUSALS = Hello.REFUSALS.getBytes(StandardCharsets.UTF_8);
  private static final byte[] NUMBERED_WAITS =
      Hello.NUMBERED_WAITS.getBytes(StandardCharsets.UTF_8);
  private static final List<String> FEATURES =
      List.of(Hello.REFUSALS, Hello.NUMBERED_WAITS, Hello.COMPARE_AND_SWAP, Hello.WATCH);

  /** What the client is sent once its command is applied. */
  private interface Answer<C extends Command> {
    void send(ClientRequests client, C command) throws IOException;
  }

  private static final Answer<Command> NO_REPLY = (client, command) -> requireApplied(command);

  /**
   * A command that is neither applied nor has it failed, and what follows it.
   *
   * @param memory the bytes that are reserved for it, also when its client has disconnected
   */
  private record Awaited<C extends Command>(C command, Answer<? super C> answer, long memory) {
    void answer(ClientRequests client) throws IOException {
      answer.send(client, command);
    }
  }

  /** The command that the client awaits. */
  private @Nullable Awaited<?> awaited;

  private final ServerState state;
  private final ReplySink replySink;
  private final ClientWaits waits;
  private final LongReply longReply;
  private final StoredMemory.Contribution contribution;
  private final Holding transfer;
  private final CommandLog.Completion completion;

  /** Whether the client belongs to the job's world. Null if an idle job is not reset. */
  private final WorldClients.@Nullable Member member;

  /** The watch of the client; null if it has none. */
  private @Nullable ClientWatch watch;

  /** Whether the client understands a refusal. */
  private boolean refusals;

  /**
   * No request yet.
   *
   * @param contribution the bytes that the client has stored
   * @param transfer what the client holds of the memory from which that of commands is taken
   * @param completion called when the command that is awaited was applied or has failed
   */
  ClientRequests(
      ServerState state,
      ReplySink replySink,
      ClientWaits waits,
      LongReply longReply,
      StoredMemory.Contribution contribution,
      Holding transfer,
      CommandLog.Completion completion) {
    this.state = state;
    this.replySink = replySink;
    this.waits = waits;
    this.longReply = longReply;
    this.contribution = contribution;
    this.transfer = transfer;
    this.completion = completion;
    WorldClients world = state.world;
    this.member = world == null ? null : world.new Member();
  }

  /** Whether the client understands a refusal. */
  boolean understandsRefusals() {
    return refusals;
  }

  /** The client has disconnected. */
  void close() {
    if (member != null) {
      member.close();
    }
    if (watch != null) {
      watch.close();
    }
  }

  /** Has the command applied, and sends its answer now or when {@link #answerAwaited} is called. */
  private <C extends Command> void submit(C command, Answer<? super C> answer) throws IOException {
    int copies = state.log.copies();
    boolean applied =
        copies == 0
            ? state.log.submit(command, completion)
            : submitReserved(command, answer, copies * command.bytes() + ServerMemory.COMMAND);
    if (applied) {
      answer.send(this, command);
    }
  }

  /**
   * Reserves memory for a command and submits it. Nothing that can fail follows the submission.
   *
   * @return whether the command was applied, or has failed, by this call
   */
  private <C extends Command> boolean submitReserved(
      C command, Answer<? super C> answer, long memory) throws LimitException {
    Awaited<C> next = new Awaited<>(command, answer, memory);
    state.memory.transfers.takeFor(transfer, memory);
    awaited = next;
    boolean pending = false;
    try {
      pending = !state.log.submit(command, completion);
    } finally {
      if (!pending) {
        Awaited<?> unusedDone = takeAwaited();
      }
    }
    return !pending;
  }

  /** Whether a command of the client is neither applied nor has it failed. */
  boolean awaitsCommit() {
    return awaited != null;
  }

  /** Sends the answer to the command that the client awaited. */
  void answerAwaited() throws IOException {
    takeAwaited().answer(this);
  }

  /** The client has disconnected before the answer: its arrival at a barrier must not count. */
  void abandonAwaited() {
    if (takeAwaited().command instanceof Command.Arrive arrival && arrival.mustWait()) {
      state.submit(new Command.Leave(arrival.barrier()));
    }
  }

  private Awaited<?> takeAwaited() {
    Awaited<?> taken = Objects.requireNonNull(awaited);
    awaited = null;
    state.memory.transfers.budget().release(taken.memory());
    return taken;
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

  @Override
  public void set(byte[] key, byte[] value) throws IOException {
    wrote(key);
    state.stored.requireRoomToSet(contribution, key, value);
    submit(new Command.Set(key, value), NO_REPLY);
  }

  @Override
  public void compareSet(byte[] key, byte[] expected, byte[] desired) throws IOException {
    swap(key, expected, desired, ClientRequests::replyValueAfterCompareSet);
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
    swap(key, expected, desired, ClientRequests::replyWhetherSwapped);
  }

  private void swap(byte[] key, byte[] expected, byte[] desired, Answer<Command.CompareSet> answer)
      throws IOException {
    wrote(key);
    read(key);
    state.stored.requireRoomToCompareSet(contribution, key, expected, desired);
    submit(new Command.CompareSet(key, expected, desired), answer);
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
    add(key, delta, ClientRequests::replySum);
  }

  private void add(byte[] key, long delta, Answer<Command.Add> answer) throws IOException {
    if (member != null) {
      member.added(key, delta);
    }
    state.stored.requireRoomToAdd(contribution, key);
    submit(new Command.Add(key, delta), answer);
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
    submit(new Command.Delete(key), ClientRequests::replyWhetherDeleted);
  }

  private void replyWhetherDeleted(Command.Delete command) throws IOException {
    requireApplied(command);
    reply().putLong(command.existed() ? 1 : 0);
  }

  @Override
  public void append(byte[] key, byte[] value) throws IOException {
    wrote(key);
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
    submit(new Command.Pop(key), ClientRequests::replyItem);
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
      submit(new Command.Arrive(key, worldSize), ClientRequests::endArrival);
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
    add(key, delta, ClientRequests::replySumOrValue);
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

  @Override
  public void awaitChange(byte[] prefix, long revision) throws IOException {
    watch().await(prefix, revision);
  }

  @Override
  public void changes(byte[] prefix, long revision) throws IOException {
    watch().reply(prefix, revision);
  }

  private ClientWatch watch() {
    ClientWatch begun = watch;
    if (begun == null) {
      begun = new ClientWatch(state, replySink, waits, longReply);
      watch = begun;
    }
    return begun;
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
