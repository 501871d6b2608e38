package io.muster.collectives.internal.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Background;
import java.io.IOException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The I/O thread of a mesh. */
class IoLoopTest {
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();
  private final CountDownLatch released = new CountDownLatch(1);

  /** Blocks the thread until the test releases it. Returns when it is blocked. */
  private void occupy(IoLoop loop) {
    CompletableFuture<Boolean> busy = new CompletableFuture<>();
    loop.schedule(
        0,
        () -> {
          busy.complete(true);
          try {
            released.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    assertThat(busy).succeedsWithin(Background.PATIENCE);
  }

  /** A mesh uses such an action to fail the messages in flight. */
  @Test
  void actionScheduledBeforeTheEnd_isDone() throws IOException {
    IoLoop loop = new IoLoop("test", failures::add);
    occupy(loop);
    CompletableFuture<Boolean> done = new CompletableFuture<>();

    loop.schedule(0, () -> done.complete(true));
    Background<Boolean> closing = Background.run(loop::close).awaitBlocked();
    released.countDown();

    assertThat(closing.result()).isTrue();
    assertThat(done).isCompletedWithValue(true);
  }

  @Test
  void actions_areDoneInTheOrderOfTheirTimes() throws IOException {
    List<String> order = new CopyOnWriteArrayList<>();
    CompletableFuture<Boolean> last = new CompletableFuture<>();
    try (IoLoop loop = new IoLoop("test", failures::add)) {
      occupy(loop);
      loop.schedule(
          TimeUnit.MILLISECONDS.toNanos(60),
          () -> {
            order.add("latest");
            last.complete(true);
          });
      loop.schedule(TimeUnit.MILLISECONDS.toNanos(30), () -> order.add("later"));
      loop.schedule(0, () -> order.add("now"));
      released.countDown();

      assertThat(last).succeedsWithin(Background.PATIENCE);
    }
    assertThat(order).containsExactly("now", "later", "latest");
  }

  @Test
  void actionOfLater_isNotDoneEarly() throws IOException {
    long delay = TimeUnit.MILLISECONDS.toNanos(50);
    CompletableFuture<Long> ran = new CompletableFuture<>();
    try (IoLoop loop = new IoLoop("test", failures::add)) {
      long start = System.nanoTime();
      loop.schedule(delay, () -> ran.complete(System.nanoTime() - start));

      assertThat(ran)
          .succeedsWithin(Background.PATIENCE)
          .satisfies(elapsed -> assertThat(elapsed).isGreaterThanOrEqualTo(delay));
    }
  }

  @Test
  void close_closesTheChannelsAndEndsTheThread() throws IOException {
    Pipe pipe = Pipe.open();
    pipe.source().configureBlocking(false);
    CompletableFuture<Thread> thread = new CompletableFuture<>();
    IoLoop loop = new IoLoop("test", failures::add);
    SelectionKey key = loop.register(pipe.source(), SelectionKey.OP_READ, unused -> {});
    loop.schedule(0, () -> thread.complete(Thread.currentThread()));
    assertThat(thread).succeedsWithin(Background.PATIENCE);

    loop.close();
    loop.close();

    assertThat(pipe.source().isOpen()).isFalse();
    assertThat(key.isValid()).isFalse();
    assertThat(thread.join().isAlive()).isFalse();
    pipe.sink().close();
  }

  @Test
  void close_onTheThreadItself_doesNotWaitForIt() throws IOException {
    IoLoop loop = new IoLoop("test", failures::add);
    CompletableFuture<Boolean> closed = new CompletableFuture<>();

    loop.schedule(
        0,
        () -> {
          loop.close();
          closed.complete(true);
        });

    assertThat(closed).succeedsWithin(Background.PATIENCE);
    loop.close();
  }

  @Test
  void close_ofAnInterruptedThread_waitsAllTheSameAndStaysInterrupted() throws IOException {
    IoLoop loop = new IoLoop("test", failures::add);
    occupy(loop);
    Background<Boolean> closing =
        Background.call(
            () -> {
              loop.close();
              return Thread.interrupted();
            });
    closing.awaitBlocked();

    closing.interrupt();
    closing.awaitBlocked();
    released.countDown();

    assertThat(closing.result()).isTrue();
  }

  /** Fault D1: the owner is notified of any failure, again if its handler fails at first. */
  @Test
  void taskThatThrows_endsTheThreadAfterItsOwnerWasTold() throws IOException {
    Error injected = new Error("injected");
    List<Throwable> notified = new CopyOnWriteArrayList<>();
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    IoLoop loop =
        new IoLoop(
            "test",
            cause -> {
              notified.add(cause);
              if (notified.size() < 3) {
                throw new OutOfMemoryError("injected into telling");
              }
              done.complete(true);
            });

    loop.schedule(
        0,
        () -> {
          throw injected;
        });

    assertThat(done).succeedsWithin(Background.PATIENCE);
    assertThat(notified).containsExactly(injected, injected, injected);
    loop.close();
  }

  @Test
  void handlerThatThrows_endsTheThreadAfterItsOwnerWasTold() throws IOException {
    Error injected = new Error("injected");
    CompletableFuture<Throwable> notified = new CompletableFuture<>();
    Pipe pipe = Pipe.open();
    pipe.source().configureBlocking(false);
    IoLoop loop = new IoLoop("test", notified::complete);
    loop.register(
        pipe.source(),
        SelectionKey.OP_READ,
        unused -> {
          throw injected;
        });

    pipe.sink().write(java.nio.ByteBuffer.allocate(1));

    assertThat(notified).succeedsWithin(Background.PATIENCE).isSameAs(injected);
    loop.close();
    assertThat(pipe.source().isOpen()).isFalse();
    pipe.sink().close();
  }

  @Test
  void selectorThatFails_endsTheThreadAfterItsOwnerWasTold() throws IOException {
    CompletableFuture<Throwable> notified = new CompletableFuture<>();
    IoLoop loop = new IoLoop("test", notified::complete);

    loop.selector().close();

    assertThat(notified)
        .succeedsWithin(Background.PATIENCE)
        .isInstanceOf(java.nio.channels.ClosedSelectorException.class);
    loop.close();
  }
}
