package io.muster.rpc;

import io.muster.rpc.internal.world.WorkerInfo;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A connection for sending HTTP/2 frames that no worker sends. */
final class RawHttp2 implements AutoCloseable {
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int RESET = 3;
  static final int SETTINGS = 4;
  static final int PING = 6;
  static final int CONTINUATION = 9;
  static final int END_STREAM = 1;
  static final int END_HEADERS = 4;
  private static final int ACKNOWLEDGED = 1;

  private final Socket socket;
  private final DataOutputStream out;
  private final Semaphore endedStreams = new Semaphore(0);
  private final Semaphore pongs = new Semaphore(0);
  private volatile boolean ended;

  RawHttp2(WorkerInfo worker) throws IOException {
    socket = new Socket(worker.host(), worker.port());
    socket.setSoTimeout(20_000);
    out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
    out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    frame(SETTINGS, 0, 0, new byte[0]);
    // Received frames are read and dropped. Otherwise the other side would stop reading.
    Thread reader = new Thread(this::drop, "reader");
    reader.setDaemon(true);
    reader.start();
  }

  private void drop() {
    try (DataInputStream in = new DataInputStream(socket.getInputStream())) {
      while (true) {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        int flags = in.readUnsignedByte();
        in.skipNBytes(4 + length);
        if (type == RESET || (type == HEADERS && (flags & END_STREAM) != 0)) {
          endedStreams.release();
        } else if (type == PING && (flags & ACKNOWLEDGED) != 0) {
          pongs.release();
        }
      }
    } catch (IOException e) {
      // The connection has ended, which some tests wait for.
      ended = true;
    }
  }

  /** Waits until the other side has ended this number of calls. */
  boolean awaitEnds(int calls) throws InterruptedException {
    return endedStreams.tryAcquire(calls, 20, TimeUnit.SECONDS);
  }

  /** Sends the written frames and waits until the other side has read them. */
  boolean awaitRead() throws IOException, InterruptedException {
    frame(PING, 0, 0, new byte[8]);
    return flush() && pongs.tryAcquire(20, TimeUnit.SECONDS);
  }

  void frame(int type, int flags, int stream, byte[] payload) throws IOException {
    out.writeByte(payload.length >> 16);
    out.writeShort(payload.length);
    out.writeByte(type);
    out.writeByte(flags);
    out.writeInt(stream);
    out.write(payload);
  }

  /** Begins a call. It names the called worker only if {@code callee} is given. */
  void headers(int stream, Optional<WorkerInfo> callee) throws IOException {
    frame(HEADERS, END_HEADERS, stream, block(callee));
  }

  private static byte[] block(Optional<WorkerInfo> callee) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    List.of(
            Map.entry(":method", "POST"),
            Map.entry(":scheme", "http"),
            Map.entry(":path", "/muster.Rpc/call"),
            Map.entry(":authority", "worker"),
            Map.entry("te", "trailers"),
            Map.entry("content-type", "application/grpc"))
        .forEach(header -> literal(block, header.getKey(), header.getValue()));
    callee.ifPresent(
        worker ->
            literal(
                block,
                "muster-callee-bin",
                Base64.getEncoder()
                    .withoutPadding()
                    .encodeToString(ByteBuffer.allocate(8).putLong(worker.incarnation()).array())));
    return block.toByteArray();
  }

  /** A header that does not enter the HPACK table. */
  private static void literal(ByteArrayOutputStream block, String name, String value) {
    block.write(0);
    for (String text : List.of(name, value)) {
      block.write(text.length());
      block.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }
  }

  /** Sends the written frames; false if the other side has closed. */
  boolean flush() {
    try {
      out.flush();
      return !ended;
    } catch (SocketException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes frames. May fail when the other side has closed. */
  interface Frames {
    void write(int round) throws IOException;
  }

  /** Sends repeatedly until the other side closes, at most this number of times. */
  boolean isEndedBy(int rounds, Frames frames) throws IOException {
    try {
      for (int round = 0; round < rounds && !ended; round++) {
        frames.write(round);
        if (round % 100 == 99 && !flush()) {
          return true;
        }
      }
      if (!flush()) {
        return true;
      }
    } catch (SocketException e) {
      return true;
    }
    long start = System.nanoTime();
    while (!ended && System.nanoTime() - start < 10_000_000_000L) {
      Thread.onSpinWait();
    }
    return ended;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
