package io.muster.collectives.internal.algorithm;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.collectives.internal.algorithm.MemoryWorld.Delivery;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The collectives that copy data without reducing them. */
class BlocksTest {
  private static final int[] SIZES = {0, 1, 2, 7, 4099};

  @ParameterizedTest
  @EnumSource
  void allGather_anySize_sendsWhatGlooDoes(Delivery delivery) {
    forEachWorld(
        (n, bytes) -> {
          List<ByteBuffer> inputs = blocks(n, bytes);
          List<ByteBuffer> outputs = room(n, n * bytes);

          MemoryWorld world =
              MemoryWorld.run(
                  n,
                  delivery,
                  bytes,
                  channel -> {
                    int rank = channel.rank();
                    AllGather.run(channel, inputs.get(rank), outputs.get(rank));
                  });

          assertThat(world.traffic()).isEqualTo(GlooLoops.allGather(n, bytes));
          assertThat(outputs).allMatch(output -> output.equals(concatenated(inputs)));
        });
  }

  @Test
  void allGather_inputThatIsPartOfTheOutput_isTakenFromThere() {
    List<ByteBuffer> inputs = blocks(3, 5);
    List<ByteBuffer> outputs = room(3, 15);

    MemoryWorld.run(
        3,
        Delivery.ANY_TIME,
        1,
        channel -> {
          ByteBuffer output = outputs.get(channel.rank());
          ByteBuffer input = Slice.of(output, 5 * channel.rank(), 5);
          Slice.copy(inputs.get(channel.rank()), input);
          AllGather.run(channel, input, output);
        });

    assertThat(outputs).allMatch(output -> output.equals(concatenated(inputs)));
  }

  @Test
  void allGather_receives_areAllPostedBeforeTheFirstWait() {
    MemoryWorld world =
        MemoryWorld.run(
            5, Delivery.LATE, 1, channel -> AllGather.run(channel, direct(8), direct(40)));

    assertThat(world.receivesBeforeWaiting(0)).isEqualTo(8);
  }

  @ParameterizedTest
  @EnumSource
  void gather_anyRoot_sendsWhatGlooDoes(Delivery delivery) {
    forEachWorld(
        (n, bytes) -> {
          for (int root = 0; root < n; root++) {
            int to = root;
            List<ByteBuffer> inputs = blocks(n, bytes);
            List<ByteBuffer> outputs = room(n, bytes);

            MemoryWorld world =
                MemoryWorld.run(
                    n,
                    delivery,
                    bytes,
                    channel -> {
                      List<ByteBuffer> mine = channel.rank() == to ? outputs : List.of();
                      Gather.run(channel, inputs.get(channel.rank()), mine, to);
                    });

            assertThat(world.traffic()).isEqualTo(GlooLoops.gather(n, root, bytes));
            assertThat(outputs).isEqualTo(inputs);
          }
        });
  }

  @ParameterizedTest
  @EnumSource
  void scatter_anyRoot_sendsWhatGlooDoes(Delivery delivery) {
    forEachWorld(
        (n, bytes) -> {
          for (int root = 0; root < n; root++) {
            int from = root;
            List<ByteBuffer> inputs = blocks(n, bytes);
            List<ByteBuffer> outputs = room(n, bytes);

            MemoryWorld world =
                MemoryWorld.run(
                    n,
                    delivery,
                    bytes,
                    channel -> {
                      List<ByteBuffer> mine = channel.rank() == from ? inputs : List.of();
                      Scatter.run(channel, outputs.get(channel.rank()), mine, from);
                    });

            assertThat(world.traffic()).isEqualTo(GlooLoops.scatter(n, root, bytes));
            assertThat(outputs).isEqualTo(inputs);
          }
        });
  }

  @ParameterizedTest
  @EnumSource
  void allToAll_equalParts_sendsWhatGlooDoes(Delivery delivery) {
    forEachWorld(
        (n, bytes) -> {
          int[][] lengths = new int[n][n];
          for (int[] row : lengths) {
            Arrays.fill(row, bytes);
          }
          checkAllToAll(lengths, delivery);
        });
  }

  @ParameterizedTest
  @EnumSource
  void allToAll_partsOfAnyLength_sendsWhatGlooDoes(Delivery delivery) {
    SplittableRandom random = new SplittableRandom(5);
    for (int n = 1; n <= 9; n++) {
      int[][] lengths = new int[n][n];
      for (int[] row : lengths) {
        Arrays.setAll(row, i -> Math.max(0, random.nextInt(-10, 20)));
      }
      checkAllToAll(lengths, delivery);
    }
  }

  private static void checkAllToAll(int[][] lengths, Delivery delivery) {
    int n = lengths.length;
    List<List<ByteBuffer>> inputs = new ArrayList<>();
    List<List<ByteBuffer>> outputs = new ArrayList<>();
    for (int r = 0; r < n; r++) {
      inputs.add(new ArrayList<>());
      outputs.add(new ArrayList<>());
      for (int i = 0; i < n; i++) {
        inputs.get(r).add(block(100 * r + i, lengths[r][i]));
        outputs.get(r).add(direct(lengths[i][r]));
      }
    }

    MemoryWorld world =
        MemoryWorld.run(
            n,
            delivery,
            n,
            channel -> {
              int rank = channel.rank();
              AllToAll.run(channel, inputs.get(rank), outputs.get(rank));
            });

    assertThat(world.traffic()).isEqualTo(GlooLoops.allToAll(lengths));
    for (int r = 0; r < n; r++) {
      for (int i = 0; i < n; i++) {
        assertThat(outputs.get(r).get(i)).isEqualTo(inputs.get(i).get(r));
      }
    }
  }

  private interface World {
    void check(int n, int bytes);
  }

  private static void forEachWorld(World world) {
    for (int n = 1; n <= 9; n++) {
      for (int bytes : SIZES) {
        world.check(n, bytes);
      }
    }
  }

  private static List<ByteBuffer> blocks(int n, int bytes) {
    List<ByteBuffer> blocks = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      blocks.add(block(i, bytes));
    }
    return blocks;
  }

  private static ByteBuffer block(int seed, int bytes) {
    byte[] content = new byte[bytes];
    new SplittableRandom(seed).nextBytes(content);
    return direct(bytes).put(content).reset();
  }

  private static List<ByteBuffer> room(int n, int bytes) {
    return Stream.generate(() -> direct(bytes)).limit(n).toList();
  }

  /** A buffer whose position is not 0. */
  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(2 + bytes).order(ByteOrder.LITTLE_ENDIAN).position(2).mark();
  }

  private static ByteBuffer concatenated(List<ByteBuffer> blocks) {
    ByteBuffer all = ByteBuffer.allocate(blocks.stream().mapToInt(ByteBuffer::remaining).sum());
    blocks.forEach(block -> all.put(block.duplicate()));
    return all.flip();
  }
}
