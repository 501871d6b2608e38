package io.muster.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.collectives.Distributed;
import io.muster.collectives.ProcessGroup;
import io.muster.collectives.ReduceOp;
import io.muster.collectives.Tensor;
import io.muster.fixtures.Background;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is left of a world that has ended: nothing. */
class LeakTest {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  /** How a world ends. */
  enum End {
    WELL(null) {
      @Override
      void body(ProcessGroup group) {
        exchange(group);
      }
    },
    FAILURE("rank 2 of 4: java.lang.IllegalStateException: on purpose") {
      @Override
      void body(ProcessGroup group) {
        exchange(group);
        if (group.rank() == 2) {
          throw new IllegalStateException("on purpose");
        }
        group.barrier();
      }
    },
    FAILURE_AMID_CALLS("rank 2 of 4: java.lang.IllegalStateException: on purpose") {
      @Override
      void body(ProcessGroup group) {
        if (group.rank() == 2) {
          var unused = group.async().recv(Tensor.of(new int[1]), 0, 0);
          throw new IllegalStateException("on purpose");
        }
        group.async().barrier().await();
      }
    },
    TIMEOUT("rank 2 of 4: not done after PT2S") {
      @Override
      void body(ProcessGroup group) throws InterruptedException {
        exchange(group);
        if (group.rank() == 2) {
          new CountDownLatch(1).await();
        }
      }
    };

    private final @Nullable String message;

    End(@Nullable String message) {
      this.message = message;
    }

    abstract void body(ProcessGroup group) throws Exception;

    private static void exchange(ProcessGroup group) {
      group.allReduce(Tensor.of(new float[1000]), ReduceOp.SUM);
      group.async().allReduce(Tensor.of(new float[1000]), ReduceOp.SUM).await();
      Distributed.newGroup(List.of(0, 2)).ifPresent(ProcessGroup::barrier);
    }

    void run() {
      if (message == null) {
        Ranks.run(4, this::body);
      } else {
        assertThatThrownBy(() -> Ranks.run(4, Duration.ofSeconds(2), this::body))
            .hasMessageStartingWith(message);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void world_leavesNoThreadAndNoSocket(End end) {
    // What the first world needs and later ones share is not counted.
    End.WELL.run();
    long sockets = sockets();
    long threads = threads("muster-");

    end.run();

    assertThat(threads("muster-rank-")).isZero();
    awaitAtMost(threads, () -> threads("muster-"));
    awaitAtMost(sockets, LeakTest::sockets);
  }

  private static void awaitAtMost(long expected, LongSupplier count) {
    long start = System.nanoTime();
    for (long seen = count.getAsLong(); seen > expected; seen = count.getAsLong()) {
      assertThat(System.nanoTime() - start)
          .as("%d instead of %d", seen, expected)
          .isLessThan(Background.PATIENCE.toNanos());
      Thread.onSpinWait();
    }
  }

  private static long threads(String prefix) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith(prefix))
        .count();
  }

  /** The sockets and selectors of this process, where the system tells; otherwise none. */
  private static long sockets() {
    if (!Files.isDirectory(DESCRIPTORS)) {
      return 0;
    }
    try (Stream<Path> descriptors = Files.list(DESCRIPTORS)) {
      return descriptors.map(LeakTest::target).filter(LeakTest::isSocketOrSelector).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException e) {
      return "closed meanwhile";
    }
  }

  private static boolean isSocketOrSelector(String target) {
    return target.startsWith("socket:") || target.startsWith("anon_inode:");
  }
}
