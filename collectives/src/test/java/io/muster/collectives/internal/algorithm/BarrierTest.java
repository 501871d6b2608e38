package io.muster.collectives.internal.algorithm;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.collectives.internal.algorithm.MemoryWorld.Delivery;
import io.muster.fixtures.Randomized;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BarrierTest {
  @ParameterizedTest
  @EnumSource
  void barrier_anySchedule_holdsAllUntilTheLastHasCome(Delivery delivery) {
    Randomized.check(
        100,
        random -> {
          int n = 1 + random.nextInt(9);
          AtomicInteger come = new AtomicInteger();

          MemoryWorld world =
              MemoryWorld.run(
                  n,
                  delivery,
                  random.nextLong(),
                  channel -> {
                    come.incrementAndGet();
                    Barrier.run(channel);
                    assertThat(come).hasValue(n);
                  });

          assertThat(world.traffic()).isEqualTo(GlooLoops.barrier(n));
        });
  }
}
