package io.muster.store.internal.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.muster.store.internal.commit.Batch;
import io.muster.store.internal.commit.Change;
import io.muster.store.internal.journal.Journal;
import io.muster.store.internal.journal.JournaledState;
import io.muster.store.internal.socket.KeepAlive;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The thread of an event loop whose poller fails. Fault A1. */
class EventLoopTransportTest {
  private final AtomicLong clock = new AtomicLong();

  /** How much later it is each time the thread looks at the clock. */
  private final AtomicLong nanosPerLook = new AtomicLong();

  private final FailingPoller poller = new FailingPoller();
  private final EventLoopTransport transport =
      EventLoopTransport.start(
          poller, SteppedLoop.LIMITS, () -> clock.addAndGet(nanosPerLook.get()), null);

  private final ListenTarget nowhere =
      new ListenTarget.OnAddresses(List.of(), 0, 1, KeepAlive.DEFAULT);

  private final ServedJob job =
      transport.addJob(
          List.of(), new AcceptedOptions(nowhere), new NewJob("default", 0, null, nowhere, null));

  EventLoopTransportTest() throws IOException {}

  @Test
  void loop_thatOnlyFails_endsItself() throws InterruptedException {
    nanosPerLook.set(TimeUnit.MILLISECONDS.toNanos(100));
    poller.failWith(new OutOfMemoryError("as the test wants"));

    assertThat(transport.awaitEnd()).isFalse();
    assertThat(poller.closed).isTrue();
    assertThatIllegalStateException().isThrownBy(job::statistics);
  }

  @Test
  void loop_thatFailsForAWhile_goesOn() throws InterruptedException {
    poller.failWith(new IOException("as the test wants"));
    poller.failures.await();
    poller.failWith(null);

    assertThat(job.statistics().openConnections()).isZero();

    transport.close();
    assertThat(transport.awaitEnd()).isTrue();
    assertThat(poller.closed).isTrue();
  }

  /** The contents lack something, so no later batch must be applied and no snapshot be taken. */
  @Test
  void afterABatchThatCannotBeApplied_noTaskIsRun() throws IOException, InterruptedException {
    EchoingJournal journal = new EchoingJournal();
    EventLoopTransport journaled =
        EventLoopTransport.start(
            new FailingPoller(), SteppedLoop.LIMITS, System::nanoTime, journal);
    journaled.recover();
    JournaledState state = Objects.requireNonNull(journal.state);
    CountDownLatch allAreQueued = new CountDownLatch(1);
    CompletableFuture<Void> first = journaled.submit(allAreQueued::await);
    CompletableFuture<Void> malformed = state.apply(new byte[] {0});
    CompletableFuture<Void> later =
        state.apply(new Batch(9, 1, List.of(new Change.BeginEpoch(9))).toBytes());
    allAreQueued.countDown();

    assertThat(journaled.awaitEnd()).isFalse();

    assertThat(first).isCompleted();
    assertThat(malformed).isCompletedExceptionally();
    assertThat(later).isCancelled();
    journaled.close();
    transport.close();
  }

  /** Passes each batch on at once. */
  private static final class EchoingJournal implements Journal {
    volatile @Nullable JournaledState state;

    @Override
    public int maxBatchBytes() {
      return 1 << 20;
    }

    @Override
    public void open(JournaledState opened) {
      state = opened;
    }

    @Override
    public void append(byte[] batch) {
      CompletableFuture<Void> unusedApplied = Objects.requireNonNull(state).apply(batch);
    }

    @Override
    public void close() {}
  }

  /** Has no sockets, and either blocks or fails. */
  private static final class FailingPoller implements Poller {
    final CountDownLatch failures = new CountDownLatch(5);
    volatile boolean closed;
    private final Semaphore wakeUps = new Semaphore(0);
    private final Faults faults = new Faults();

    void failWith(@Nullable Throwable failure) {
      if (failure == null) {
        faults.none();
      } else {
        faults.at(Faults.Step.POLL, failure);
      }
      wakeUp();
    }

    @Override
    public Listener listen(List<ListenSocket> sockets, AcceptedOptions options) {
      return new Listener() {
        @Override
        public List<InetSocketAddress> addresses() {
          return List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));
        }

        @Override
        public @Nullable NonBlockingSocket accept() {
          return null;
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public boolean poll(long millis) {
      try {
        faults.pass(Faults.Step.POLL);
      } catch (Throwable e) {
        failures.countDown();
        throw e;
      }
      wakeUps.acquireUninterruptibly();
      return false;
    }

    @Override
    public void wakeUp() {
      wakeUps.release();
    }

    @Override
    public void watch(NonBlockingSocket socket, Readiness readiness) {
      throw new UnsupportedOperationException("there are no sockets");
    }

    @Override
    public void setAccepting(boolean accepting) {}

    @Override
    public void close() {
      closed = true;
    }
  }
}
