package io.muster.store.internal.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.store.internal.wire.WireLimits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whatever is thrown at any step of the event loop ends at most the connection it was thrown for;
 * the others are served. Fault A1.
 *
 * <p>The steps are the calls of the loop on its poller and its sockets, which are fakes here. The
 * same shape was looked for in the threads of the threaded backend, and in those that help to tell
 * crowds.
 */
class EventLoopFailureTest {
  private static final String VALIDATE = "00cef7853c";
  private static final long PATIENCE_SECONDS = 20;

  /** Where something is thrown. */
  private enum Step {
    POLL,
    ACCEPT,
    WATCH,
    ADDRESS,
    READ,
    WRITE,
    SET_INTEREST,
    CLOSE,
    SET_ACCEPTING
  }

  private enum Failure {
    NO_MEMORY,
    NO_STACK,
    NO_CLASS,
    RUNTIME,
    CHECKED;

    void happen() throws IOException {
      switch (this) {
        case NO_MEMORY -> throw new OutOfMemoryError("as the test wants");
        case NO_STACK -> throw new StackOverflowError("as the test wants");
        case NO_CLASS -> throw new NoClassDefFoundError("as the test wants");
        case RUNTIME -> throw new IllegalStateException("as the test wants");
        case CHECKED -> throw new IOException("as the test wants");
      }
    }
  }

  private final FakePoller poller = new FakePoller();
  private final EventLoopTransport transport =
      EventLoopTransport.start(
          poller,
          new ServingLimits(WireLimits.PYTORCH, Integer.MAX_VALUE, Long.MAX_VALUE, 64L << 20));

  @AfterEach
  void close() {
    transport.close();
    assertThat(poller.closed).isTrue();
  }

  @ParameterizedTest
  @EnumSource(Failure.class)
  void anyFailure_atAnyStepForOneClient_leavesTheOthersServed(Failure failure) {
    FakeLink other = connect();
    other.expectServed();
    for (Step step : Step.values()) {
      poller.failingStep = step;
      poller.failure = failure;
      FakeLink victim = new FakeLink(step, failure);
      poller.arrive(victim);
      victim.send(VALIDATE);
      victim.send("0d01000000");
      victim.send("ff");

      other.expectServed();

      poller.failure = null;
      other.expectServed();
      connect().expectServed();
    }
  }

  @Test
  void waiters_oneOfWhomCannotBeTold_areAllReleasedButThat() {
    FakeLink deaf = connect();
    FakeLink waiting = connect();
    deaf.send("06 0100000000000000 0100000000000000 6b");
    deaf.expectServed();
    deaf.failWith(Step.WRITE, Failure.NO_MEMORY);
    waiting.send("06 0100000000000000 0100000000000000 6b");
    waiting.expectServed();

    connect().send("01 0100000000000000 6b 0000000000000000");

    waiting.expect("00");
    waiting.expectServed();
    deaf.expectClosed();
  }

  @Test
  void loop_thatOnlyFails_endsItself() throws InterruptedException {
    FakeLink client = connect();
    client.expectServed();
    poller.failingStep = Step.POLL;
    poller.failure = Failure.NO_MEMORY;
    poller.failsForEver = true;

    assertThat(transport.awaitEnd()).isFalse();
    assertThat(poller.closed).isTrue();
  }

  private FakeLink connect() {
    FakeLink link = new FakeLink(null, null);
    poller.arrive(link);
    link.send(VALIDATE);
    return link;
  }

  /** A poller whose sockets are ready when the test says so. */
  private static final class FakePoller implements Poller {
    private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();
    private final Queue<FakeLink> arrived = new ArrayDeque<>();
    private final List<FakeLink> watched = new ArrayList<>();
    private volatile Step failingStep = Step.POLL;
    private volatile @Nullable Failure failure;
    private volatile boolean failsForEver;
    private volatile boolean closed;

    void arrive(FakeLink link) {
      link.poller = this;
      events.add(link);
    }

    private void step(Step step) throws IOException {
      Failure now = failure;
      if (now != null && failingStep == step) {
        if (!failsForEver) {
          failure = null;
        }
        now.happen();
      }
    }

    @Override
    public List<InetSocketAddress> addresses() {
      return List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));
    }

    @Override
    public boolean poll(long millis) throws IOException {
      step(Step.POLL);
      try {
        Object event =
            millis == 0
                ? events.poll()
                : events.poll(millis < 0 ? 50 : millis, TimeUnit.MILLISECONDS);
        if (event instanceof FakeLink link && !watched.contains(link)) {
          arrived.add(link);
        }
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      for (FakeLink link : List.copyOf(watched)) {
        link.tell();
      }
      return !arrived.isEmpty();
    }

    @Override
    public void wakeUp() {
      events.add("");
    }

    @Override
    public @Nullable NonBlockingSocket accept() throws IOException {
      step(Step.ACCEPT);
      return arrived.poll();
    }

    @Override
    public void watch(NonBlockingSocket link, Readiness readiness) throws IOException {
      FakeLink fake = (FakeLink) link;
      fake.readiness = readiness;
      fake.step(Step.WATCH);
      watched.add(fake);
    }

    @Override
    public void setAccepting(boolean wanted) throws IOException {
      step(Step.SET_ACCEPTING);
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  /** A socket whose other end is the test. */
  private static final class FakeLink implements NonBlockingSocket {
    private final BlockingQueue<Byte> input = new LinkedBlockingQueue<>();
    private final BlockingQueue<Byte> output = new LinkedBlockingQueue<>();
    private volatile @Nullable Step failingStep;
    private volatile @Nullable Failure failure;
    private volatile @Nullable FakePoller poller;
    private volatile boolean closed;
    private Poller.@Nullable Readiness readiness;
    private boolean awaitsInput = true;
    private boolean awaitsOutput;

    FakeLink(@Nullable Step failingStep, @Nullable Failure failure) {
      failWith(failingStep, failure);
    }

    void failWith(@Nullable Step step, @Nullable Failure failure) {
      this.failingStep = step;
      this.failure = failure;
    }

    private void step(Step step) throws IOException {
      Failure now = failure;
      if (now != null && failingStep == step) {
        now.happen();
      }
    }

    void send(String hex) {
      for (byte each : HexFormat.of().parseHex(hex.replace(" ", ""))) {
        input.add(each);
      }
      Objects.requireNonNull(poller).wakeUp();
    }

    void expect(String hex) {
      StringBuilder seen = new StringBuilder();
      try {
        while (seen.length() < hex.length()) {
          Byte next = output.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
          if (next == null) {
            break;
          }
          seen.append(HexFormat.of().toHexDigits(next));
        }
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      assertThat(seen).hasToString(hex);
    }

    void expectServed() {
      send("0d 07000000");
      expect("07000000");
    }

    void expectClosed() {
      long start = System.nanoTime();
      while (!closed) {
        assertThat(System.nanoTime() - start).isLessThan(PATIENCE_SECONDS * 1_000_000_000);
        Thread.onSpinWait();
      }
    }

    void tell() {
      if (!closed && ((awaitsInput && !input.isEmpty()) || awaitsOutput)) {
        Objects.requireNonNull(readiness).ready(awaitsInput, awaitsOutput);
      }
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
      step(Step.READ);
      int read = 0;
      for (Byte next = input.poll(); next != null; next = input.poll()) {
        into.put(next);
        read++;
      }
      return read;
    }

    @Override
    public void write(ByteBuffer from) throws IOException {
      step(Step.WRITE);
      while (from.hasRemaining()) {
        output.add(from.get());
      }
    }

    @Override
    public void setInterest(boolean input, boolean output) throws IOException {
      awaitsInput = input;
      awaitsOutput = output;
      step(Step.SET_INTEREST);
    }

    @Override
    public @Nullable SocketAddress remoteAddress() {
      try {
        step(Step.ADDRESS);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
      return null;
    }

    @Override
    public void close() {
      closed = true;
      try {
        step(Step.CLOSE);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
