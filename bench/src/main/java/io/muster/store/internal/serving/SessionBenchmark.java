package io.muster.store.internal.serving;

import io.muster.bench.jmh.ShortRun;
import io.muster.store.internal.wire.LimitException;
import io.muster.store.internal.wire.RequestEncoder;
import io.muster.store.internal.wire.Requests;
import io.muster.store.internal.wire.WireLimits;
import io.muster.store.internal.wire.WireOutput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * A request from its bytes to those of its reply, for a key that is there, at random among as many.
 * No socket takes part. Its package is that of what it measures, which nobody else may see.
 */
public class SessionBenchmark extends ShortRun {
  private static final int VARIANTS = 1024;
  private static final byte[] VALUE = new byte[100];

  /** What is asked. */
  public enum Asked {
    GET,
    TRY_GET,
    SET,
    ADD,
    CHECK,
    WAIT,
    COMPARE_SET
  }

  /** What is asked. */
  @Param public Asked asked = Asked.GET;

  /** How many keys there are. */
  @Param({"1000", "1000000"})
  public int keys;

  private final WireOutput replies = new WireOutput((bytes, offset, length) -> {}, 32 * 1024);
  private final Session session =
      new Session(
          new ServerState(
              new ServingLimits(WireLimits.PYTORCH, Integer.MAX_VALUE, Long.MAX_VALUE, 1L << 30)),
          new ReplySink() {
            @Override
            public WireOutput replies() {
              return replies;
            }

            @Override
            public void sendWakeup() {
              throw new IllegalStateException("nobody waits");
            }

            @Override
            public void evict(LimitException reason) {
              throw new IllegalStateException(reason);
            }

            @Override
            public void committed() {
              throw new IllegalStateException("nothing is awaited");
            }

            @Override
            public boolean copiesReplies() {
              return true;
            }
          });

  private final ByteBuffer[] requests = new ByteBuffer[VARIANTS];
  private int next;

  /** Sets every key, and makes the requests ready. */
  @Setup
  public void prepare() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    WireOutput out = new WireOutput(bytes::write, 16 * 1024);
    RequestEncoder encoder = new RequestEncoder(out);
    encoder.validate();
    for (int i = 0; i < keys; i++) {
      encoder.set(key(i), asked == Asked.ADD ? new byte[] {'0'} : VALUE);
    }
    out.flush();
    ByteBuffer in = ByteBuffer.wrap(bytes.toByteArray());
    while (in.hasRemaining()) {
      serve(in);
    }
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < VARIANTS; i++) {
      bytes.reset();
      ask(encoder, key(random.nextInt(keys)));
      out.flush();
      requests[i] = ByteBuffer.allocateDirect(bytes.size()).put(bytes.toByteArray()).flip();
    }
  }

  private static byte[] key(int number) {
    return ("/key/" + number).getBytes(StandardCharsets.US_ASCII);
  }

  private void ask(Requests server, byte[] key) throws IOException {
    switch (asked) {
      case GET -> server.get(key);
      case TRY_GET -> server.tryGet(key);
      case SET -> server.set(key, VALUE);
      case ADD -> server.add(key, 1);
      case CHECK -> server.check(List.of(key));
      case WAIT -> server.await(List.of(key));
      case COMPARE_SET -> server.compareSet(key, VALUE, VALUE);
    }
  }

  @Benchmark
  public int serve() throws IOException {
    return serve(requests[next++ % VARIANTS].rewind());
  }

  /** Serves one request, and says how long its reply is. */
  private int serve(ByteBuffer request) throws IOException {
    if (!session.serveNext(request)) {
      throw new IllegalStateException("the request goes on");
    }
    int bytes = replies.pending();
    replies.flush();
    return bytes;
  }
}
