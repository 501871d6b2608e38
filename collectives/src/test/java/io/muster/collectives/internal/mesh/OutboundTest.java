package io.muster.collectives.internal.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.collectives.internal.wire.Preamble;
import io.muster.collectives.internal.wire.Preamble.Kind;
import io.muster.fixtures.Background;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.GatheringByteChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Frames that are written in parts. */
class OutboundTest {
  /**
   * A channel that accepts the given number of bytes before it is full, each time it is writable.
   */
  private static final class Script implements GatheringByteChannel {
    private final int first;
    private final int others;
    private int room;
    private final ByteArrayOutputStream taken = new ByteArrayOutputStream();

    Script(int first, int others) {
      this.first = first;
      this.others = others;
      this.room = first;
    }

    void makeRoom() {
      room = others;
    }

    @Override
    public long write(ByteBuffer[] buffers, int offset, int length) {
      long total = 0;
      for (int i = offset; i < offset + length; i++) {
        total += write(buffers[i]);
      }
      return total;
    }

    @Override
    public long write(ByteBuffer[] buffers) {
      return write(buffers, 0, buffers.length);
    }

    @Override
    public int write(ByteBuffer buffer) {
      int count = Math.min(room, buffer.remaining());
      for (int i = 0; i < count; i++) {
        taken.write(buffer.get());
      }
      room -= count;
      return count;
    }

    @Override
    public boolean isOpen() {
      return first >= 0;
    }

    @Override
    public void close() {}
  }

  private final AtomicInteger timesFull = new AtomicInteger();
  private final Outbound outbound = new Outbound(timesFull::incrementAndGet);

  private static PostedMessage posted(int... bytes) {
    ByteBuffer data = ByteBuffer.allocateDirect(bytes.length);
    for (int i = 0; i < bytes.length; i++) {
      data.put(i, (byte) bytes[i]);
    }
    return new PostedMessage(1, data);
  }

  private static byte[] bytes(ByteBuffer... buffers) {
    ByteBuffer all = ByteBuffer.allocate(10_000);
    for (ByteBuffer buffer : buffers) {
      all.put(buffer.duplicate());
    }
    byte[] bytes = new byte[all.position()];
    all.get(0, bytes);
    return bytes;
  }

  @Test
  void frames_cutAtAnyByte_leaveWholeAndInOrder() throws IOException {
    Preamble announcement = new Preamble(Kind.SEND_READY, 7, 3);
    Preamble data = new Preamble(Kind.DATA, 7, 3);
    Preamble nothing = new Preamble(Kind.DATA, 8, 0);
    byte[] expected =
        bytes(announcement.encode(), data.encode(), posted(1, 2, 3).data(), nothing.encode());
    for (int first = 0; first <= expected.length; first++) {
      for (int others : new int[] {1, 5, 1000}) {
        Script script = new Script(first, others);
        Outbound cut = new Outbound(timesFull::incrementAndGet);
        PostedMessage payload = posted(1, 2, 3);
        PostedMessage empty = posted();
        cut.attach(script);

        cut.put(announcement, null);
        cut.put(data, payload);
        cut.put(nothing, empty);
        cut.flush();
        int wholeData = 2 * Preamble.BYTES + 3;
        assertThat(payload.isDone()).isEqualTo(first >= wholeData);
        assertThat(empty.isDone()).isEqualTo(first >= expected.length);
        for (int i = 0; i < expected.length && !empty.isDone(); i++) {
          script.makeRoom();
          cut.resume();
          assertThat(payload.isDone()).isEqualTo(script.taken.size() >= wholeData);
        }

        assertThat(script.taken.toByteArray()).isEqualTo(expected);
        assertThat(empty.isDone()).isTrue();
      }
    }
  }

  @Test
  void full_isSaidOnceAndNothingIsTriedUntilThereIsRoom() throws IOException {
    Script script = new Script(50, 1000);
    outbound.attach(script);

    outbound.put(new Preamble(Kind.SEND_READY, 7, 3), null);
    outbound.put(new Preamble(Kind.SEND_READY, 8, 3), null);
    outbound.flush();
    script.makeRoom();
    outbound.put(new Preamble(Kind.SEND_READY, 9, 3), null);
    outbound.flush();

    assertThat(timesFull).hasValue(1);
    assertThat(script.taken.size()).isEqualTo(50);
    outbound.resume();
    assertThat(script.taken.size()).isEqualTo(3 * Preamble.BYTES);
    assertThat(timesFull).hasValue(1);
  }

  @Test
  void beforeThereIsAChannel_framesWait() throws IOException {
    PostedMessage payload = posted(1);
    outbound.put(new Preamble(Kind.DATA, 7, 1), payload);
    outbound.flush();
    assertThat(payload.isDone()).isFalse();

    outbound.attach(new Script(1000, 0));
    outbound.flush();

    assertThat(payload.isDone()).isTrue();
  }

  @Test
  void mark_isDoneWhenAllBeforeItHasLeft() throws IOException {
    Script script = new Script(48, 1);
    PostedMessage mark = posted();
    outbound.attach(script);
    outbound.put(new Preamble(Kind.DATA, 7, 1), posted(9));
    outbound.putMark(mark);

    outbound.flush();
    assertThat(mark.isDone()).isFalse();
    script.makeRoom();
    outbound.resume();

    assertThat(mark.isDone()).isTrue();
    assertThat(script.taken.size()).isEqualTo(49);
  }

  @Test
  void drop_givesTheSendsThatHaveNotLeft() throws IOException {
    Script script = new Script(2 * Preamble.BYTES + 4, 1000);
    PostedMessage gone = posted(1, 2, 3);
    PostedMessage half = posted(4, 5, 6);
    PostedMessage waiting = posted(7);
    outbound.attach(script);
    outbound.put(new Preamble(Kind.DATA, 7, 3), gone);
    outbound.put(new Preamble(Kind.DATA, 7, 3), half);
    outbound.flush();
    outbound.put(new Preamble(Kind.DATA, 7, 1), waiting);

    assertThat(outbound.unsent()).containsExactly(half, waiting);

    assertThat(gone.isDone()).isTrue();
    assertThat(outbound.unsent()).as("repeatable").containsExactly(half, waiting);
    outbound.drop();
    assertThat(outbound.unsent()).isEmpty();
  }

  /** A writing thread also writes the messages that others put meanwhile, so that none is left. */
  @Test
  void framesOfManyThreads_areWholeAndThoseOfEachInOrder() throws IOException {
    int threads = 4;
    int frames = 5000;
    Script script = new Script(Integer.MAX_VALUE, 0);
    outbound.attach(script);

    List<Background<Boolean>> writers = new ArrayList<>();
    for (int thread = 0; thread < threads; thread++) {
      int slot = thread;
      writers.add(
          Background.call(
              () -> {
                for (int i = 0; i < frames; i++) {
                  outbound.put(new Preamble(Kind.SEND_READY, slot, i), null);
                  outbound.flush();
                }
                return true;
              }));
    }
    writers.forEach(writer -> assertThat(writer.result()).isTrue());

    ByteBuffer taken = ByteBuffer.wrap(script.taken.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
    Map<Long, Long> next = new HashMap<>();
    while (taken.hasRemaining()) {
      Preamble preamble = Preamble.decode(taken);
      assertThat(preamble.length()).isEqualTo(next.getOrDefault(preamble.slot(), 0L));
      next.put(preamble.slot(), preamble.length() + 1);
    }
    assertThat(next.values()).hasSize(threads).allMatch(count -> count == frames);
  }
}
