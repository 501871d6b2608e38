package io.muster.store.internal.serving;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.store.internal.wire.LimitException;
import io.muster.store.internal.wire.RequestEncoder;
import io.muster.store.internal.wire.Requests;
import io.muster.store.internal.wire.WireLimits;
import io.muster.store.internal.wire.WireOutput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * How much work a turn of a client is, counted and not timed. Fault A3, in which a turn had no end
 * as long as the replies were short. All opcodes are here: those of one key, many of them in a
 * turn, and those of many keys.
 */
class WorkPerTurnTest {
  private static final int MANY = WireLimits.PYTORCH.keys();

  /** What one request of one key is at most: it is looked up a few times. */
  private static final int SMALL_REQUEST = 200;

  private long repliedBytes;

  private final WireOutput replies =
      new WireOutput((bytes, offset, length) -> repliedBytes += length, 32 * 1024);
  private final ServerState state =
      new ServerState(new ServingLimits(WireLimits.PYTORCH, 10, Long.MAX_VALUE, 16L << 30));
  private final Session session = session();

  private interface Request {
    void send(Requests to) throws IOException;
  }

  private Session session() {
    return new Session(
        state,
        new ReplySink() {
          @Override
          public WireOutput replies() {
            return replies;
          }

          @Override
          public void sendWakeup() {
            throw new AssertionError("nobody else waits");
          }

          @Override
          public void evict(LimitException reason) {
            throw new AssertionError(reason);
          }

          @Override
          public void committed() {
            throw new AssertionError("nothing is awaited");
          }

          @Override
          public boolean copiesReplies() {
            return true;
          }
        });
  }

  /** 4,000 other keys, of which each request is to touch none. */
  @BeforeEach
  void store() throws IOException {
    List<byte[]> keys = keys("other", 4000);
    turns(session, validation());
    turns(session, encoded(to -> to.multiSet(keys, keys)));
    byte[] longValue = new byte[4 << 20];
    turns(session, encoded(to -> to.set(bytes("long"), longValue)));
    turns(session, encoded(to -> to.append(bytes("long"), new byte[1])));
    turns(session, encoded(to -> to.set(bytes("n"), bytes("1"))));
  }

  static Stream<Request> smallRequests() {
    byte[] k = bytes("k");
    byte[] n = bytes("n");
    byte[] longValue = bytes("long");
    byte[] one = {'1'};
    return Stream.of(
        to -> to.set(k, one),
        to -> to.compareSet(longValue, one, one),
        to -> to.compareSet(k, one, one),
        to -> to.compareAndSwap(longValue, one, one),
        to -> to.compareAndSwap(k, one, one),
        to -> to.add(n, 1),
        to -> to.tryAdd(n, 1),
        to -> to.check(List.of(k)),
        to -> to.await(List.of(k)),
        to -> to.observe(List.of(k)),
        to -> to.awaitValues(List.of(k)),
        to -> to.awaitItem(k),
        Requests::cancelWait,
        Requests::numKeys,
        to -> to.deleteKey(k),
        to -> to.append(longValue, one),
        to -> to.multiGet(List.of(k)),
        to -> to.tryGet(k),
        to -> to.tryMultiGet(List.of(k)),
        to -> to.get(k),
        to -> to.multiSet(List.of(k), List.of(k)),
        to -> to.ping(1),
        to -> to.queuePush(k, one),
        to -> to.queuePop(k),
        to -> to.queueLen(k),
        to -> to.awaitChange(k, 0),
        to -> to.changes(k, -1),
        to -> to.changes(k, 0),
        to -> to.barrier(bytes("b"), 1 << 30));
  }

  @ParameterizedTest
  @MethodSource("smallRequests")
  void turn_ofManySmallRequests_isOverAfterEnoughWork(Request request) throws IOException {
    ByteBuffer requests = encoded(2 * Session.WORK_A_TURN, request);

    List<Long> works = turns(session, requests);

    assertThat(Collections.max(works)).isLessThan(Session.WORK_A_TURN + SMALL_REQUEST);
    assertThat(works.size()).isBetween(2, 200);
  }

  static Stream<Request> largeRequests() {
    List<byte[]> keys = keys("key", MANY);
    return Stream.of(
        to -> to.check(keys("other", 4000)),
        to -> to.await(keys),
        to -> to.observe(keys),
        to -> to.awaitValues(keys),
        to -> to.multiGet(keys),
        to -> to.tryMultiGet(keys("other", 4000)),
        to -> to.multiSet(keys, keys));
  }

  /** Executed alone, at the beginning of a turn, so that others can have theirs before. */
  @ParameterizedTest
  @MethodSource("largeRequests")
  void largeRequest_isServedInATurnOfItsOwn(Request request) throws IOException {
    ByteBuffer requests = encoded(request);
    int bytes = requests.remaining();
    ByteBuffer first = requests.slice(0, bytes - 1);
    while (first.hasRemaining()) {
      turn(session, first.slice(first.position(), Math.min(100_000, first.remaining())));
      first.position(Math.min(first.limit(), first.position() + 100_000));
    }
    ByteBuffer last = requests.slice(bytes - 1, 1);
    long repliedBefore = repliedBytes;
    long before = state.work();

    assertThat(turn(session, last)).isTrue();

    assertThat(session.hasLargeRequest()).isTrue();
    assertThat(state.work() - before).isLessThan(SMALL_REQUEST);
    assertThat(repliedBytes).isEqualTo(repliedBefore);
    turn(session, last);
    assertThat(session.hasLargeRequest()).isFalse();
    assertThat(state.work() - before).as("work for each key").isBetween(4000L, 20L * MANY);
  }

  @Test
  void waitForManyKeys_forgotten_costsWhatItsKeysCost() throws IOException {
    turns(session, encoded(to -> to.await(keys("missing", MANY))));
    long before = state.work();

    session.close();

    assertThat(state.work() - before).isBetween((long) MANY, 20L * MANY);
    assertThat(state.waiters.size()).isZero();
  }

  /** Serves all, and returns how much work each turn was. */
  private List<Long> turns(Session session, ByteBuffer requests) throws IOException {
    List<Long> works = new ArrayList<>();
    boolean more = true;
    while (more) {
      long before = state.work();
      more = turn(session, requests);
      works.add(state.work() - before);
    }
    return works;
  }

  /** A turn as the transports give it. Returns whether another one is wanted. */
  private boolean turn(Session session, ByteBuffer requests) throws IOException {
    session.beginTurn();
    boolean more = session.serveNext(requests);
    while (more && !session.isTurnOver()) {
      more = session.serveNext(requests);
    }
    replies.flush();
    return more;
  }

  private static ByteBuffer encoded(Request request) throws IOException {
    return encoded(1, request);
  }

  private static ByteBuffer validation() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    WireOutput out = new WireOutput(bytes::write, 16);
    new RequestEncoder(out).validate();
    out.flush();
    return ByteBuffer.wrap(bytes.toByteArray());
  }

  private static ByteBuffer encoded(int times, Request request) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    WireOutput out = new WireOutput(bytes::write, 16 * 1024);
    RequestEncoder encoder = new RequestEncoder(out);
    for (int i = 0; i < times; i++) {
      request.send(encoder);
    }
    out.flush();
    return ByteBuffer.wrap(bytes.toByteArray());
  }

  private static List<byte[]> keys(String prefix, int count) {
    List<byte[]> keys = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      keys.add(bytes(prefix + i));
    }
    return keys;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
