package io.muster.store.internal.serving;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.store.Allocation;
import io.muster.store.internal.wire.LimitException;
import io.muster.store.internal.wire.RequestEncoder;
import io.muster.store.internal.wire.Requests;
import io.muster.store.internal.wire.WireLimits;
import io.muster.store.internal.wire.WireOutput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * That a request for a key that is there allocates what is stored and a command, and nothing else.
 */
class SessionGarbageTest {
  private static final int REQUESTS = 1000;
  private static final byte[] KEY = "/key".getBytes(US_ASCII);
  private static final byte[] COUNTER = "/counter".getBytes(US_ASCII);
  private static final byte[] VALUE = new byte[104];

  /** An array's header and the 104 bytes. */
  private static final int VALUE_OBJECT = 16 + 104;

  private static final int COMMAND = 40;

  private final WireOutput replies = new WireOutput((bytes, offset, length) -> {}, 32 * 1024);
  private final Session session =
      new Session(
          new ServerState(new ServingLimits(WireLimits.PYTORCH, 1, Long.MAX_VALUE, 1L << 30)),
          new ReplySink() {
            @Override
            public WireOutput replies() {
              return replies;
            }

            @Override
            public void sendWakeup() {
              throw new AssertionError("nobody waits");
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

  private interface Request {
    void send(Requests to) throws IOException;
  }

  @BeforeEach
  void store() throws IOException {
    serveAll(encoded(1, RequestEncoder::validate));
    serveAll(encoded(1, to -> to.set(KEY, VALUE)));
    serveAll(encoded(1, to -> to.add(COUNTER, 1_000_000)));
  }

  @Test
  void reading_allocatesNothing() throws Exception {
    for (Request reading :
        List.<Request>of(
            to -> to.get(KEY),
            to -> to.tryGet(KEY),
            to -> to.check(List.of(KEY, COUNTER)),
            to -> to.await(List.of(KEY, COUNTER)),
            to -> to.observe(List.of(KEY)),
            to -> to.awaitValues(List.of(KEY)),
            to -> to.queueLen(KEY),
            Requests::numKeys)) {
      assertThat(allocatedBy(reading)).isZero();
    }
  }

  @Test
  void writing_allocatesTheValueAndACommand() throws Exception {
    assertAllocates(VALUE_OBJECT, to -> to.set(KEY, VALUE));
    // The expected value and the new one.
    assertAllocates(2 * VALUE_OBJECT, to -> to.compareSet(KEY, VALUE, VALUE));
    assertAllocates(2 * VALUE_OBJECT, to -> to.compareAndSwap(KEY, VALUE, VALUE));
    // 1000001 as text.
    assertAllocates(24, to -> to.add(COUNTER, 1));
  }

  /** Compiled code may not allocate the command. */
  private void assertAllocates(long stored, Request request) throws Exception {
    assertThat(allocatedBy(request)).isBetween(stored, stored + COMMAND);
  }

  /** How many bytes one of many such requests allocates. */
  private long allocatedBy(Request request) throws Exception {
    ByteBuffer requests = encoded(REQUESTS, encoder -> request.send(encoder));
    serveAll(requests.duplicate());
    return Allocation.of(() -> serveAll(requests)) / REQUESTS;
  }

  private void serveAll(ByteBuffer requests) throws IOException {
    while (requests.hasRemaining()) {
      if (!session.serveNext(requests)) {
        throw new AssertionError("the request goes on");
      }
      replies.flush();
    }
  }

  private interface Encoding {
    void write(RequestEncoder encoder) throws IOException;
  }

  private static ByteBuffer encoded(int times, Encoding encoding) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    WireOutput out = new WireOutput(bytes::write, 16 * 1024);
    RequestEncoder encoder = new RequestEncoder(out);
    for (int i = 0; i < times; i++) {
      encoding.write(encoder);
    }
    out.flush();
    return ByteBuffer.wrap(bytes.toByteArray());
  }
}
