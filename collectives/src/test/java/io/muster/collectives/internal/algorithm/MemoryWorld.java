package io.muster.collectives.internal.algorithm;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A deterministic simulation of a group and its network. One rank runs at a time. Whenever it posts
 * or waits, a seeded random choice decides what happens next, so that a seed determines the run. A
 * message is first taken from its sender, which ends the send, and later copied to the receive
 * buffer. In between, the receive buffer holds garbage.
 *
 * <p>Fails if lengths differ, on a deadlock, or if messages are left at the end.
 */
final class MemoryWorld {
  /** When messages move. */
  enum Delivery {
    /** As soon as both sides are posted. */
    EARLY,
    /** When no rank can continue without it. */
    LATE,
    /** At a random time. */
    ANY_TIME
  }

  /** The program of each rank. */
  interface Program {
    void run(Channel channel) throws Exception;
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Delivery delivery;
  private final SplittableRandom random;
  private final boolean ranked;
  private final List<Rank> ranks = new ArrayList<>();
  private final List<Link> links = new ArrayList<>();
  private final Traffic traffic = new Traffic();
  private int turn = -1;
  private @Nullable Throwable failure;

  private MemoryWorld(int size, Delivery delivery, long seed) {
    this.delivery = delivery;
    this.random = new SplittableRandom(seed);
    // In half of the worlds the ranks have fixed priorities.
    this.ranked = random.nextBoolean();
    for (int i = 0; i < size; i++) {
      ranks.add(new Rank(i, size));
    }
    for (int i = 0; i < size * size; i++) {
      links.add(new Link());
    }
  }

  /** Runs the program on all ranks, and returns the world for inspection. */
  static MemoryWorld run(int size, Delivery delivery, long seed, Program program) {
    MemoryWorld world = new MemoryWorld(size, delivery, seed);
    world.run(program);
    return world;
  }

  Traffic traffic() {
    return traffic;
  }

  /** The number of receives that a rank had posted when it first waited, or when it ended. */
  int receivesBeforeWaiting(int rank) {
    return ranks.get(rank).receivesBeforeWaiting;
  }

  /** The number of bytes of scratch memory that a rank has used. */
  long scratchBytes(int rank) {
    return ranks.get(rank).scratchBytes;
  }

  private void run(Program program) {
    List<Thread> threads = new ArrayList<>();
    for (Rank rank : ranks) {
      threads.add(new Thread(() -> run(rank, program), "rank " + rank.rank));
    }
    threads.forEach(Thread::start);
    lock.lock();
    try {
      next();
    } finally {
      lock.unlock();
    }
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      threads.forEach(Thread::interrupt);
      throw new AssertionError("interrupted: " + state(), e);
    }
    if (failure != null) {
      throw new AssertionError(failure.toString(), failure);
    }
    if (!links.stream().allMatch(Link::isEmpty)) {
      throw new AssertionError("left over: " + state());
    }
  }

  private void run(Rank rank, Program program) {
    lock.lock();
    try {
      rank.awaitTurn();
      program.run(rank);
      rank.ended = true;
      next();
    } catch (Throwable e) {
      fail(e);
    } finally {
      lock.unlock();
    }
  }

  private void fail(Throwable e) {
    if (failure == null) {
      failure = e;
    }
    ranks.forEach(rank -> rank.myTurn.signal());
  }

  /** Moves messages, and then lets a rank run. */
  private void next() {
    while (failure == null) {
      List<Rank> ready = ranks.stream().filter(Rank::isReady).toList();
      List<Link> movable = links.stream().filter(Link::isMovable).toList();
      if (movable.isEmpty() && ready.isEmpty()) {
        if (!ranks.stream().allMatch(rank -> rank.ended)) {
          fail(new AssertionError("stuck: " + state()));
        }
        return;
      }
      if (!movable.isEmpty() && isTimeToMove(movable.size(), ready.size())) {
        Link link = movable.get(random.nextInt(movable.size()));
        link.move(random.nextBoolean());
      } else {
        Rank chosen = ready.get(ranked ? 0 : random.nextInt(ready.size()));
        turn = chosen.rank;
        chosen.myTurn.signal();
        return;
      }
    }
  }

  private boolean isTimeToMove(int movable, int ready) {
    return switch (delivery) {
      case EARLY -> true;
      case LATE -> ready == 0;
      case ANY_TIME -> random.nextInt(movable + ready) < movable;
    };
  }

  private String state() {
    StringBuilder state = new StringBuilder();
    for (Rank rank : ranks) {
      state.append(rank.rank).append(rank.ended ? " ended; " : " awaits " + rank.awaited + "; ");
    }
    links.forEach(link -> state.append(link.sends).append(link.receives));
    return state.toString();
  }

  private final class Rank implements Channel {
    private final int rank;
    private final int size;
    private final Condition myTurn = lock.newCondition();
    private @Nullable Post awaited;
    private boolean ended;
    private boolean hasWaited;
    private int receivesBeforeWaiting;
    private long scratchBytes;

    Rank(int rank, int size) {
      this.rank = rank;
      this.size = size;
    }

    @Override
    public int rank() {
      return rank;
    }

    @Override
    public int size() {
      return size;
    }

    @Override
    public Message send(int to, ByteBuffer data) {
      traffic.sends(rank, to, data.remaining());
      Post post = new Post(this, "send to " + to, data);
      link(rank, to).sends.add(post);
      pause();
      return post;
    }

    @Override
    public Message receive(int from, ByteBuffer into) {
      traffic.receives(rank, from, into.remaining());
      Post post = new Post(this, "receive from " + from, into);
      link(from, rank).receives.add(post);
      if (!hasWaited) {
        receivesBeforeWaiting++;
      }
      pause();
      return post;
    }

    @Override
    public ByteBuffer scratch(int bytes) {
      scratchBytes += bytes;
      ByteBuffer scratch = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
      spoil(scratch);
      return scratch;
    }

    private Link link(int from, int to) {
      if (from == to) {
        throw new AssertionError("rank " + rank + " talks to itself");
      }
      return links.get(from * size + to);
    }

    boolean isReady() {
      return !ended && (awaited == null || awaited.over);
    }

    void pause() {
      next();
      awaitTurn();
    }

    void awaitTurn() {
      while (turn != rank && failure == null) {
        myTurn.awaitUninterruptibly();
      }
      if (failure != null) {
        throw new IllegalStateException("another rank has failed");
      }
    }
  }

  /** A send or a receive. */
  private static final class Post implements Message {
    private final Rank rank;
    private final String name;
    private final ByteBuffer given;
    private final int position;
    private final ByteBuffer buffer;
    private boolean over;

    Post(Rank rank, String name, ByteBuffer given) {
      if (!given.isDirect() || given.order() != ByteOrder.LITTLE_ENDIAN) {
        throw new AssertionError("not a direct buffer in little-endian order: " + given);
      }
      this.rank = rank;
      this.name = name;
      this.given = given;
      this.position = given.position();
      this.buffer = given.slice();
    }

    @Override
    public void await() {
      rank.hasWaited = true;
      rank.awaited = this;
      rank.pause();
      rank.awaited = null;
      if (given.position() != position || given.remaining() != buffer.remaining()) {
        throw new AssertionError("moved while in use: " + given);
      }
    }

    @Override
    public int length() {
      return buffer.remaining();
    }

    @Override
    public String toString() {
      return "(" + name + ", " + buffer.remaining() + " bytes)";
    }
  }

  /** The messages from one rank to another. */
  private static final class Link {
    private final Queue<Post> sends = new ArrayDeque<>();
    private final Queue<Post> receives = new ArrayDeque<>();
    private final Queue<ByteBuffer> taken = new ArrayDeque<>();
    private final Queue<Post> landing = new ArrayDeque<>();

    boolean isEmpty() {
      return sends.isEmpty() && receives.isEmpty() && taken.isEmpty();
    }

    boolean isMovable() {
      return isTakable() || !taken.isEmpty();
    }

    private boolean isTakable() {
      return !sends.isEmpty() && !receives.isEmpty();
    }

    void move(boolean preferTake) {
      if (isTakable() && (preferTake || taken.isEmpty())) {
        take();
      } else {
        land();
      }
    }

    private void take() {
      Post send = sends.remove();
      Post receive = receives.remove();
      if (send.buffer.remaining() != receive.buffer.remaining()) {
        throw new AssertionError(send + " meets " + receive);
      }
      ByteBuffer bytes = ByteBuffer.allocate(send.buffer.remaining());
      taken.add(bytes.put(send.buffer.duplicate()).flip());
      landing.add(receive);
      spoil(receive.buffer);
      send.over = true;
    }

    private void land() {
      Post receive = landing.remove();
      receive.buffer.duplicate().put(taken.remove());
      receive.over = true;
    }
  }

  private static void spoil(ByteBuffer buffer) {
    byte[] garbage = new byte[buffer.remaining()];
    Arrays.fill(garbage, (byte) 0xB7);
    buffer.duplicate().put(garbage);
  }
}
