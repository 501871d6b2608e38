package io.muster.collectives.internal.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.collectives.internal.wire.MalformedMessageException;
import io.muster.collectives.internal.wire.Preamble;
import io.muster.collectives.internal.wire.Preamble.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames that arrive in parts. */
class InboundTest {
  private static final int SMALL_STAGING = Preamble.BYTES + 8;

  /**
   * A channel from which each read returns the given number of bytes, and every second one none.
   */
  private static final class Script implements ReadableByteChannel {
    private final ByteBuffer stream;
    private final int[] ends;
    private int piece;
    private final List<Integer> roomOfReads = new ArrayList<>();

    Script(byte[] stream, int... ends) {
      this.stream = ByteBuffer.wrap(stream);
      this.ends = ends;
    }

    @Override
    public int read(ByteBuffer into) {
      roomOfReads.add(into.remaining());
      int end = piece < ends.length ? ends[piece] : stream.capacity();
      if (stream.position() == end) {
        if (end == stream.capacity()) {
          return -1;
        }
        piece++;
        return 0;
      }
      int count = Math.min(into.remaining(), end - stream.position());
      into.put(stream.slice().limit(count));
      stream.position(stream.position() + count);
      return count;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }

  /** Records messages, and has a receive for data of any length. */
  private static final class Notes implements Inbound.Receiver {
    private final List<String> events = new ArrayList<>();

    @Override
    public void onReady(Preamble preamble) {
      events.add(preamble.kind() + " " + preamble.slot() + " " + preamble.length());
    }

    @Override
    public PostedMessage onData(Preamble preamble) {
      events.add("begins " + preamble.slot());
      return new PostedMessage(1, ByteBuffer.allocateDirect((int) preamble.length()));
    }

    @Override
    public void onArrival(PostedMessage receipt) {
      byte[] bytes = new byte[receipt.data().remaining()];
      receipt.data().get(0, bytes);
      events.add(Arrays.toString(bytes));
    }
  }

  private static byte[] payload(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (i + 1);
    }
    return bytes;
  }

  private static byte[] frames() {
    ByteBuffer frames = ByteBuffer.allocate(6 * Preamble.BYTES + 3 + 20);
    frames.put(new Preamble(Kind.SEND_READY, 7, 3).encode());
    frames.put(new Preamble(Kind.DATA, 8, 3).encode()).put(payload(3));
    frames.put(new Preamble(Kind.RECEIVE_READY, 9, 0).encode());
    frames.put(new Preamble(Kind.DATA, 10, 0).encode());
    frames.put(new Preamble(Kind.DATA, 11, 20).encode()).put(payload(20));
    frames.put(new Preamble(Kind.SEND_READY, 12, 1).encode());
    return frames.array();
  }

  private static final List<String> EVENTS =
      List.of(
          "SEND_READY 7 3",
          "begins 8",
          Arrays.toString(payload(3)),
          "RECEIVE_READY 9 0",
          "begins 10",
          "[]",
          "begins 11",
          Arrays.toString(payload(20)),
          "SEND_READY 12 1");

  private static ByteBuffer staging(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static List<String> read(Script script, int stagingBytes) throws IOException {
    Notes notes = new Notes();
    Inbound inbound = new Inbound(notes);
    ByteBuffer staging = staging(stagingBytes);
    while (inbound.read(script, staging) >= 0) {
      // Other connections use the buffer meanwhile.
      staging.clear();
      while (staging.hasRemaining()) {
        staging.put((byte) 0xee);
      }
    }
    assertThat(inbound.unfinished()).isNull();
    return notes.events;
  }

  @ParameterizedTest
  @ValueSource(ints = {SMALL_STAGING, 1 << 16})
  void frames_splitAtAnyByte_arriveWhole(int stagingBytes) throws IOException {
    byte[] frames = frames();
    for (int split = 0; split <= frames.length; split++) {
      assertThat(read(new Script(frames, split), stagingBytes)).isEqualTo(EVENTS);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {SMALL_STAGING, 1 << 16})
  void frames_byteByByte_arriveWhole(int stagingBytes) throws IOException {
    byte[] frames = frames();
    int[] everywhere = new int[frames.length];
    Arrays.setAll(everywhere, i -> i);

    assertThat(read(new Script(frames, everywhere), stagingBytes)).isEqualTo(EVENTS);
  }

  @Test
  void longData_areReadStraightToTheirPlace() throws IOException {
    ByteBuffer frames = ByteBuffer.allocate(Preamble.BYTES + 1000);
    frames.put(new Preamble(Kind.DATA, 8, 1000).encode()).put(payload(1000));
    Script script = new Script(frames.array());

    assertThat(read(script, SMALL_STAGING))
        .containsExactly("begins 8", Arrays.toString(payload(1000)));
    // The first buffer has room for a preamble and 8 bytes; the second has room for the rest.
    assertThat(script.roomOfReads).startsWith(SMALL_STAGING, 992);
  }

  @Test
  void manyShortFrames_leaveOthersTheirTurn() throws IOException {
    ByteBuffer frames = ByteBuffer.allocate(1000 * Preamble.BYTES);
    for (int i = 0; i < 1000; i++) {
      frames.put(new Preamble(Kind.SEND_READY, i, 3).encode());
    }
    Script script = new Script(frames.array());
    Notes notes = new Notes();

    assertThat(new Inbound(notes).read(script, staging(SMALL_STAGING))).isPositive();

    assertThat(notes.events).hasSizeLessThan(100);
  }

  @Test
  void end_inTheMiddleOfData_leavesThemUnfinished() throws IOException {
    ByteBuffer frames = ByteBuffer.allocate(Preamble.BYTES + 5);
    frames.put(new Preamble(Kind.DATA, 8, 6).encode()).put(payload(5));
    Notes notes = new Notes();
    Inbound inbound = new Inbound(notes);
    Script script = new Script(frames.array());

    while (inbound.read(script, staging(1 << 16)) >= 0) {}

    assertThat(notes.events).containsExactly("begins 8");
    PostedMessage unfinished = inbound.unfinished();
    assertThat(unfinished).isNotNull();
  }

  @Test
  void garbage_isRefusedBehindWhatWasRight() {
    ByteBuffer frames = ByteBuffer.allocate(3 * Preamble.BYTES);
    frames.put(new Preamble(Kind.SEND_READY, 7, 3).encode());
    frames.put(
        "GET / HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n"
            .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    Notes notes = new Notes();
    Inbound inbound = new Inbound(notes);

    assertThatThrownBy(() -> inbound.read(new Script(frames.array()), staging(1 << 16)))
        .isInstanceOf(MalformedMessageException.class);
    assertThat(notes.events).containsExactly("SEND_READY 7 3");
  }
}
