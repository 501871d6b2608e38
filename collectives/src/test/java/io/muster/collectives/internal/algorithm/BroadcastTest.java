package io.muster.collectives.internal.algorithm;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.collectives.internal.algorithm.MemoryWorld.Delivery;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BroadcastTest {
  @ParameterizedTest
  @EnumSource
  void broadcast_anyRoot_sendsWhatGlooDoes(Delivery delivery) {
    for (int n = 1; n <= 9; n++) {
      for (int root = 0; root < n; root++) {
        for (int elements : new int[] {0, 1, 1001}) {
          check(n, root, elements, delivery);
        }
      }
    }
  }

  private static void check(int n, int root, int elements, Delivery delivery) {
    float[][] numbers = Floats.random(new SplittableRandom(elements), n, elements);
    List<ByteBuffer> data = Stream.of(numbers).map(Floats::direct).toList();

    MemoryWorld world =
        MemoryWorld.run(
            n,
            delivery,
            100L * n + root,
            channel -> Broadcast.run(channel, data.get(channel.rank()), root, received -> {}));

    assertThat(world.traffic()).isEqualTo(GlooLoops.broadcast(n, root, 4L * elements));
    for (ByteBuffer result : data) {
      assertThat(Floats.of(result)).isEqualTo(numbers[root]);
    }
  }
}
