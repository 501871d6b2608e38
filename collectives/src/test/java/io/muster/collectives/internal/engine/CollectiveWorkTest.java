package io.muster.collectives.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.collectives.Work;
import io.muster.collectives.internal.mesh.Mesh;
import io.muster.fixtures.Background;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class CollectiveWorkTest {
  /** As in PyTorch. Otherwise a queue of collectives could time out although each is fast. */
  @Test
  void await_ofAQueuedCollective_doesNotCountTheTimeInTheQueue() throws IOException {
    Mesh mesh = new Mesh("test", 0, 1, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    GlooBackend backend = new GlooBackend("test", 0, 1, List.of(mesh), Background.PATIENCE);
    CountDownLatch release = new CountDownLatch(1);
    // Occupy both threads of the group.
    Work first = collective(backend, 0, release).start(Background.PATIENCE);
    Work second = collective(backend, 1, release).start(Background.PATIENCE);
    Work queued = collective(backend, 2, new CountDownLatch(0)).start(Duration.ofNanos(1));

    Background<Boolean> waiting = Background.run(queued::await).awaitBlocked();

    assertThat(queued.isDone()).isFalse();
    release.countDown();
    assertThat(waiting.result()).isTrue();
    first.await();
    second.await();
    assertThat(backend.close()).isTrue();
  }

  /** A collective of a group of one rank, which exchanges no messages. */
  private static Collective collective(GlooBackend backend, int tag, CountDownLatch start) {
    return new Collective(
        backend,
        "barrier",
        tag,
        true,
        operation -> {
          try {
            start.await();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });
  }
}
