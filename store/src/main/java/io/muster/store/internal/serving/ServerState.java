package io.muster.store.internal.serving;

import io.muster.store.internal.keyspace.Command;
import io.muster.store.internal.keyspace.CommandLog;
import io.muster.store.internal.keyspace.Key;
import io.muster.store.internal.keyspace.Keyspace;
import io.muster.store.internal.keyspace.Waiter;
import io.muster.store.internal.keyspace.WaiterRegistry;
import io.muster.store.internal.wire.Opcode;
import java.util.EnumMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The state that all sessions of one job share: a keyspace and its waiters, and counts. The memory
 * budgets are those of the whole server. Not thread-safe: the transport serves one session at a
 * time.
 */
final class ServerState {
  /** The work of each request, beside what its opcode adds. */
  private static final int REQUEST_WORK = 2;

  final ServingLimits limits;

  /** A random identity: another job, or this one after a restart of the server, has another. */
  final String name = UUID.randomUUID().toString();

  final WaiterRegistry waiters;
  final Keyspace keyspace;
  final KeyInterner keys;

  /** All changes of the keyspace go through it. */
  final CommandLog log;

  final ServerMemory memory;
  final StoredMemory stored;
  final ReplyPins pins;
  final JobHistory history;
  final LastResort lastResort;

  /** The clients of the job's world. Null if an idle job is not reset. */
  final @Nullable WorldClients world;

  /** Requests served, by the opcode's code. */
  private final long[] requests = new long[256];

  private long served;

  private int openConnections;
  private long acceptedConnections;
  private long refusedConnections;
  private long brokenConnections;

  ServerState(ServingLimits limits) {
    this(limits, System::nanoTime);
  }

  /**
   * An empty server.
   *
   * @param nanoTime the time, as {@link System#nanoTime} counts it
   */
  ServerState(ServingLimits limits, LongSupplier nanoTime) {
    this(
        limits,
        new ServerMemory(limits.heapBytes()),
        new LastResort(nanoTime),
        JobKeys.empty(limits, CommandLog::inMemory),
        nanoTime,
        null);
  }

  /**
   * A job, which shares the memory and the last resort of the server.
   *
   * @param nanoTime the time, as {@link System#nanoTime} counts it
   */
  ServerState(
      ServingLimits limits,
      ServerMemory memory,
      LastResort lastResort,
      JobKeys jobKeys,
      LongSupplier nanoTime,
      @Nullable WorldClients world) {
    this.limits = limits;
    this.world = world;
    this.lastResort = lastResort;
    this.waiters = jobKeys.waiters();
    this.keyspace = jobKeys.keyspace();
    this.keys = new KeyInterner(keyspace);
    this.log = jobKeys.log();
    this.memory = memory;
    this.stored = new StoredMemory(keyspace, memory.stored, memory.storedPeriods);
    this.pins = new ReplyPins(keyspace, memory.transfers);
    this.history = new JobHistory(keyspace.history(), memory.histories, nanoTime);
    settle();
  }

  /** Counts what has been stored or removed on behalf of no client. */
  void settle() {
    stored.settle(new StoredMemory.Contribution());
    pins.settle();
    history.settle();
  }

  /**
   * Counts a new connection.
   *
   * @return null, or the reason why there is no room for it
   */
  @Nullable String admit() {
    String reason = null;
    if (openConnections >= limits.connections()) {
      reason = "all " + limits.connections() + " connections are taken";
    } else if (!memory.connections.tryReserve(ServerMemory.CONNECTION)) {
      reason = "no memory for more than " + openConnections + " connections";
    }
    if (reason != null) {
      refusedConnections++;
      return reason;
    }
    acceptedConnections++;
    openConnections++;
    return null;
  }

  /**
   * Deletes all keys and queues. Waiters go on waiting.
   *
   * @param whenDone called once the keys are deleted
   */
  void clear(Runnable whenDone) {
    CommandLog.Completion completion =
        () -> {
          settle();
          whenDone.run();
        };
    if (log.submit(new Command.Clear(), completion)) {
      completion.completed();
    }
  }

  /** Submits a command of which nobody is told the end. */
  void submit(Command command) {
    boolean unusedApplied = log.submit(command, this::settle);
  }

  /**
   * Registers a waiter whose arrival at a barrier was counted just now. If this fails, the arrival
   * does not count.
   */
  void waitAtBarrier(Waiter waiter, byte[] barrier) {
    try {
      waiters.registerAtBarrier(waiter, new Key(barrier));
    } catch (Throwable e) {
      // Such as OutOfMemoryError.
      submit(new Command.Leave(barrier));
      throw e;
    }
  }

  /**
   * Removes a waiter. Has no effect if it is over.
   *
   * @param barrier where it waits, and does not count any more; null if it waits for keys
   */
  void giveUp(Waiter waiter, byte @Nullable [] barrier) {
    if (waiter.isOver()) {
      return;
    }
    waiters.forget(waiter);
    if (barrier != null) {
      submit(new Command.Leave(barrier));
    }
  }

  /**
   * Releases what the job holds of the server's memory. Its clients are disconnected, and its
   * commands have been applied or have failed.
   */
  void end() {
    keyspace.clear();
    settle();
    stored.end();
    pins.end();
    history.end();
  }

  int openConnections() {
    return openConnections;
  }

  void disconnected() {
    memory.connections.release(ServerMemory.CONNECTION);
    openConnections--;
  }

  /** Counts a connection that is closed because of an invalid request. */
  void countBroken() {
    brokenConnections++;
  }

  /**
   * Wakes the next waiter of a queue in place of one that was woken and may not have taken the
   * item.
   *
   * @param queue the queue whose item woke it, or null if it was woken by no item
   */
  void passOnWakeUp(@Nullable Key queue) {
    if (queue != null && keyspace.queueLength(queue.bytes()) > 0) {
      waiters.itemPushed(queue.bytes());
    }
  }

  void served(Opcode opcode) {
    requests[opcode.code()]++;
    served++;
  }

  /**
   * The work of all requests so far: keys looked up, waits registered and released, bytes copied
   * and compared. It only grows.
   */
  long work() {
    return REQUEST_WORK * served + keyspace.work() + waiters.work();
  }

  ServingStatistics statistics() {
    Map<Opcode, Long> served = new EnumMap<>(Opcode.class);
    for (Opcode opcode : Opcode.values()) {
      if (requests[opcode.code()] > 0) {
        served.put(opcode, requests[opcode.code()]);
      }
    }
    return new ServingStatistics(
        openConnections,
        acceptedConnections,
        refusedConnections,
        brokenConnections,
        waiters.size(),
        keyspace.size(),
        keyspace.storedBytes(),
        served);
  }
}
