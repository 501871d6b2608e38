package io.muster.collectives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.muster.fixtures.Background;
import io.muster.store.HashStore;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Point-to-point messages. */
class MessagesTest {
  private static final int LARGE = 48 << 20;

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static Tensor filled(int rank) {
    ByteBuffer data = buffer(LARGE);
    for (int at = 0; at < LARGE; at += Long.BYTES) {
      data.putLong(at, ((long) rank << 32) + at);
    }
    return Tensor.of(data, DataType.INT64);
  }

  private static void assertFilled(int rank, ByteBuffer data) {
    for (int at = 0; at < LARGE; at += Long.BYTES) {
      if (data.getLong(at) != ((long) rank << 32) + at) {
        throw new AssertionError("byte " + at + " of rank " + rank + "'s message is wrong");
      }
    }
  }

  /** More bytes than socket buffers hold, so each rank must read while its writes would block. */
  @Test
  void largeMessages_bothWaysAtOnce_arrive() {
    Ranks.run(
        2,
        group -> {
          int other = 1 - group.rank();
          ByteBuffer received = buffer(LARGE);

          Work sending = group.async().send(filled(group.rank()), other, 0);
          Work receiving = group.async().recv(Tensor.of(received, DataType.INT64), other, 0);
          sending.await();
          receiving.await();

          assertFilled(other, received);
        });
  }

  @Test
  void largeMessages_byABlockingThreadForEachDirection_arrive() {
    Ranks.run(
        2,
        group -> {
          int other = 1 - group.rank();
          ByteBuffer received = buffer(LARGE);

          Background<Boolean> sending =
              Background.run(() -> group.send(filled(group.rank()), other, 0));
          group.recv(Tensor.of(received, DataType.INT64), other, 0);

          assertThat(sending.result()).isTrue();
          assertFilled(other, received);
        });
  }

  @Test
  void messagesOfDifferentTags_matchWhateverTheirOrder() {
    Ranks.run(
        2,
        group -> {
          int other = 1 - group.rank();
          int[] first = {10 + group.rank()};
          int[] second = {20 + group.rank()};
          Work one = group.async().send(Tensor.of(first), other, 1);
          Work two = group.async().send(Tensor.of(second), other, 2);

          int[] received = new int[2];
          group.recv(Tensor.of(received, 1, 1), other, 2);
          group.recv(Tensor.of(received, 0, 1), other, 1);

          one.await();
          two.await();
          assertThat(received).containsExactly(10 + other, 20 + other);
        });
  }

  @Test
  void recvAnySource_takesEachSendersOfItsTag() {
    int size = 4;
    Ranks.run(
        size,
        group -> {
          if (group.rank() > 0) {
            for (int tag = 0; tag < 3; tag++) {
              group.send(Tensor.of(new int[] {100 * tag + group.rank()}), 0, tag);
            }
            return;
          }
          for (int tag = 0; tag < 3; tag++) {
            Map<Integer, Integer> received = new TreeMap<>();
            for (int i = 1; i < size; i++) {
              int[] data = new int[1];
              received.put(group.recvAnySource(Tensor.of(data), tag), data[0]);
            }
            assertThat(received)
                .isEqualTo(Map.of(1, 100 * tag + 1, 2, 100 * tag + 2, 3, 100 * tag + 3));
          }
        });
  }

  @Test
  void lengthsThatDiffer_failBothAndAreNamed() {
    List<ProcessGroup> world = Ranks.join(new HashStore(), 2);
    Work sending = world.get(0).async().send(Tensor.of(new int[4]), 1, 3);

    assertThatExceptionOfType(CollectiveException.class)
        .isThrownBy(() -> world.get(1).recv(Tensor.of(new int[3]), 0, 3))
        .withMessageContaining("rank 0 (127.0.0.1:")
        .withMessageContaining(
            "sends 16 bytes where this rank expects 12, as a message with tag 3");

    assertThatExceptionOfType(CollectiveException.class)
        .isThrownBy(() -> sending.await(Ranks.TIMEOUT))
        .withMessageContaining("rank 1 (127.0.0.1:")
        .withMessageContaining(
            "expects 12 bytes where this rank sends 16, as a message with tag 3");
    world.forEach(ProcessGroup::close);
  }

  /** Fault D6: the receiver announces its length before it closes the connection. */
  @Test
  void lengthsThatDiffer_whereAnyRankMaySend_failBothAndAreNamed() {
    List<ProcessGroup> world = Ranks.join(new HashStore(), 2);
    Background<Integer> receiving =
        Background.call(() -> world.get(1).recvAnySource(Tensor.of(new int[3]), 3)).awaitBlocked();

    Work sending = world.get(0).async().send(Tensor.of(new int[4]), 1, 3);

    assertThat(receiving.failure())
        .isInstanceOf(CollectiveException.class)
        .hasMessageContaining("sends 16 bytes where this rank expects 12");
    assertThatExceptionOfType(CollectiveException.class)
        .isThrownBy(() -> sending.await(Ranks.TIMEOUT))
        .withMessageContaining("expects 12 bytes where this rank sends 16");
    world.forEach(ProcessGroup::close);
  }

  @Test
  void sendToOneselfOrNobody_andTagsBelowZero_areRefusedAndHarmNothing() {
    Ranks.run(
        2,
        group -> {
          Tensor data = Tensor.of(new int[] {1});
          assertThatIllegalArgumentException()
              .isThrownBy(() -> group.send(data, group.rank(), 0))
              .withMessageContaining("itself");
          assertThatExceptionOfType(IndexOutOfBoundsException.class)
              .isThrownBy(() -> group.recv(data, 2, 0));
          assertThatExceptionOfType(IndexOutOfBoundsException.class)
              .isThrownBy(() -> group.send(data, -1, 0));
          assertThatIllegalArgumentException()
              .isThrownBy(() -> group.send(data, 1 - group.rank(), -1))
              .withMessageContaining("-1");

          group.allReduce(data, ReduceOp.SUM);
        });
  }
}
