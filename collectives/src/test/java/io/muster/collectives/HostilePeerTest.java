package io.muster.collectives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.collectives.internal.wire.Preamble;
import io.muster.collectives.internal.wire.Preamble.Kind;
import io.muster.collectives.internal.wire.RankInfo;
import io.muster.fixtures.Background;
import io.muster.fixtures.Randomized;
import io.muster.store.HashStore;
import io.muster.store.Store;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Ranks and other processes that violate the protocol. */
class HostilePeerTest {
  private static final int TAG = 5;
  private static final int EXPECTED_BYTES = 8;
  private static final List<Kind> KINDS = List.of(Kind.values());

  private final Store store = new HashStore();

  /** Rank 0, which receives a message of two ints from rank 1 and then closes its group. */
  private static Background<int[]> receiver(Store store) {
    return Background.call(
        () -> {
          try (ProcessGroups groups = new ProcessGroups();
              ProcessGroup group = groups.initProcessGroup(Ranks.options(store, 0, 2))) {
            int[] data = new int[EXPECTED_BYTES / Integer.BYTES];
            group.recv(Tensor.of(data), 1, TAG);
            return data;
          }
        });
  }

  private static byte[] frame(long total, long opcode, long slot, long length) {
    return ByteBuffer.allocate(Preamble.BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(total)
        .putLong(opcode)
        .putLong(slot)
        .putLong(0)
        .putLong(length)
        .putLong(0)
        .array();
  }

  private static byte[] data(long slot, long length) {
    return frame(Preamble.BYTES + length, 1, slot, length);
  }

  static Stream<Arguments> nonsense() {
    return Stream.of(
        Arguments.of("no such opcode", frame(48, 9, TAG, 8), "opcode 9"),
        Arguments.of("a length below 0", frame(40, 1, TAG, -8), "a length of -8"),
        Arguments.of("lengths that disagree", frame(48, 1, TAG, 8), "says its length is 8"),
        Arguments.of(
            "more than fits",
            data(TAG, 1L << 40),
            "1099511627776 bytes, where this rank expects 8, as a message with tag 5"),
        Arguments.of(
            "what nobody asked for",
            data(6, 8),
            "8 bytes, where this rank expects none, as a message with tag 6"),
        Arguments.of(
            "another protocol",
            "GET / HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n"
                .getBytes(StandardCharsets.US_ASCII),
            "opcode"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("nonsense")
  void nonsense_endsTheConnectionAndSaysWhatItWas(String what, byte[] bytes, String words)
      throws IOException {
    assertThat(what).isNotEmpty();
    Background<int[]> receiver = receiver(store);
    try (RawPeer peer = new RawPeer(store)) {
      peer.awaitReady();
      peer.send(bytes);

      assertThat(receiver.failure())
          .isInstanceOfSatisfying(
              CollectiveException.class, e -> assertThat(e.lostRanks()).containsExactly(1))
          .hasMessageContaining("recv from rank 1 with tag 5 on rank 0 of 2 of group 0")
          .hasMessageContaining("rank 1 (127.0.0.1")
          .hasMessageContaining("violated the protocol")
          .hasMessageContaining(words);
      peer.awaitClosed();
    }
  }

  @Test
  void end_inTheMiddleOfAMessage_isALoss() throws IOException {
    Background<int[]> receiver = receiver(store);
    try (RawPeer peer = new RawPeer(store)) {
      peer.awaitReady();
      peer.send(frame(48, 2, TAG, EXPECTED_BYTES));
      peer.send(data(TAG, EXPECTED_BYTES));
      peer.send(new byte[EXPECTED_BYTES - 1]);
      peer.end();

      assertThat(receiver.failure())
          .isInstanceOf(CollectiveException.class)
          .hasMessageContaining("closed the connection");
    }
  }

  @Test
  void announcementsWithoutEnd_areNotKept() throws IOException {
    Background<int[]> receiver = receiver(store);
    try (RawPeer peer = new RawPeer(store)) {
      ByteArrayOutputStream some = new ByteArrayOutputStream();
      for (int i = 0; i < 4096; i++) {
        some.writeBytes(frame(48, 2, 1000 + i, EXPECTED_BYTES));
      }
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 1000; i++) {
                  peer.send(some.toByteArray());
                }
              })
          .isInstanceOf(IOException.class);
    }
    assertThat(receiver.failure()).hasMessageContaining("announcements that nothing on this rank");
  }

  /** Messages that are almost valid, in each world until one of them ends it. */
  @Test
  void mutatedFrames_endTheMessageOrTheConnection_andNothingElse() {
    long before = directBytes();
    Randomized.check(
        150,
        random -> {
          Store shared = new HashStore();
          Background<int[]> receiver = receiver(shared);
          try (RawPeer peer = new RawPeer(shared)) {
            for (int i = 0; i < 20; i++) {
              peer.send(mutated(random));
            }
            peer.end();
          } catch (IOException e) {
            // It has been closed.
          }
          try {
            assertThat(receiver.result()).hasSize(EXPECTED_BYTES / Integer.BYTES);
          } catch (AssertionError e) {
            assertThat(e.getCause()).isInstanceOf(CollectiveException.class);
          }
        });
    assertThat(directBytes() - before).isLessThan(256L << 20);
  }

  private static byte[] mutated(SplittableRandom random) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    long slot = random.nextInt(3) == 0 ? random.nextLong() : TAG;
    Kind kind = KINDS.get(random.nextInt(KINDS.size()));
    ByteBuffer frame =
        new Preamble(kind, slot, random.nextBoolean() ? 8 : random.nextInt(64)).encode();
    byte[] bytes = new byte[frame.remaining()];
    frame.get(bytes);
    out.writeBytes(bytes);
    if (kind == Kind.DATA && random.nextInt(8) != 0) {
      out.writeBytes(Randomized.bytes(random, 64));
    }
    byte[] all = out.toByteArray();
    for (int flips = random.nextInt(4) == 0 ? 1 + random.nextInt(3) : 0; flips > 0; flips--) {
      all[random.nextInt(all.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return all;
  }

  private static long directBytes() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }

  @Test
  void strangersAtTheDoor_disturbNobody() throws IOException {
    Background<int[]> first = sum(0);
    RankInfo info = RankInfo.decode(store.get(RawPeer.key(0)), 0, 1, 2);
    List<Socket> refused = new ArrayList<>();
    List<Socket> silent = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      silent.add(stranger(info.address(), new byte[i % 8]));
      refused.add(stranger(info.address(), RawPeer.identifier(2 + i)));
      refused.add(stranger(info.address(), RawPeer.identifier(-1 - i)));
      refused.add(stranger(info.address(), RawPeer.identifier(0)));
      refused.add(
          stranger(info.address(), "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
      stranger(info.address(), new byte[0]).close();
    }

    Background<int[]> second = sum(1);

    assertThat(first.result()).containsExactly(1, 2);
    assertThat(second.result()).containsExactly(1, 2);
    refused.forEach(RawPeer::awaitClosed);
    silent.forEach(RawPeer::awaitClosed);
    for (Socket socket : refused) {
      socket.close();
    }
    for (Socket socket : silent) {
      socket.close();
    }
  }

  @Test
  void nonsenseInTheStore_failsThoseWhoReadItAndSaysWhoseItIs() {
    store.set(RawPeer.key(1), "nonsense");

    assertThat(sum(0).failure())
        .isInstanceOf(io.muster.store.NetworkException.class)
        .hasMessageContaining("rank 1 has published");
  }

  private Background<int[]> sum(int rank) {
    return Background.call(
        () -> {
          try (ProcessGroups groups = new ProcessGroups();
              ProcessGroup group = groups.initProcessGroup(Ranks.options(store, rank, 2))) {
            int[] data = {rank, 1};
            group.allReduce(Tensor.of(data), ReduceOp.SUM);
            group.barrier();
            return data;
          }
        });
  }

  private static Socket stranger(InetSocketAddress address, byte[] words) throws IOException {
    Socket socket = new Socket(address.getAddress(), address.getPort());
    assertThatCode(() -> socket.getOutputStream().write(words)).doesNotThrowAnyException();
    return socket;
  }
}
