package io.muster.store.internal.serving;

import io.muster.store.internal.wire.RequestEncoder;
import io.muster.store.internal.wire.WireOutput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A socket of an event loop, whose other end is the test. */
final class FakeSocket implements NonBlockingSocket {
  private static final int UNLIMITED = Integer.MAX_VALUE;

  final Faults faults = new Faults();
  private final String name;
  private final List<String> events;
  private final ByteArrayOutputStream output = new ByteArrayOutputStream();
  private ByteBuffer input = ByteBuffer.allocate(0);
  private boolean inputEnded;
  private int room = UNLIMITED;
  private @Nullable Runnable onRead;
  private Poller.@Nullable Readiness readiness;
  private Interest interest = Interest.INPUT;
  private boolean closed;

  /** What a client sends. */
  interface Request {
    void write(RequestEncoder to) throws IOException;
  }

  FakeSocket(String name, List<String> events) {
    this.name = name;
    this.events = events;
  }

  /** Requests as bytes. */
  static byte[] encoded(Request... requests) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    WireOutput out = new WireOutput(bytes::write, 16 * 1024);
    RequestEncoder encoder = new RequestEncoder(out);
    try {
      for (Request request : requests) {
        request.write(encoder);
      }
      out.flush();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return bytes.toByteArray();
  }

  /** The client sends requests. */
  void send(Request... requests) {
    send(encoded(requests));
  }

  /** The client sends bytes. */
  void send(byte[] bytes) {
    input =
        ByteBuffer.allocate(input.remaining() + bytes.length).put(input.slice()).put(bytes).flip();
  }

  /** The client sends nothing more. */
  void endInput() {
    inputEnded = true;
  }

  /** The client reads nothing, until it {@link #makeRoom makes room}. */
  void takeNothing() {
    room = 0;
  }

  /** The client makes room for so many bytes more. */
  void makeRoom(int bytes) {
    room += bytes;
  }

  /** The client reads whatever comes. */
  void takeEverything() {
    room = UNLIMITED;
  }

  /** Runs something when the loop next reads from this socket. */
  void onNextRead(Runnable action) {
    onRead = action;
  }

  /** What the client has been sent and has not received yet, in hexadecimal. */
  String received() {
    return HexFormat.of().formatHex(receivedBytes());
  }

  byte[] receivedBytes() {
    byte[] bytes = output.toByteArray();
    output.reset();
    return bytes;
  }

  /** How many bytes {@link #receivedBytes} would return. */
  int unreceived() {
    return output.size();
  }

  /** How many bytes the loop has not read. */
  int unread() {
    return input.remaining();
  }

  boolean isClosed() {
    return closed;
  }

  boolean isWatchedForInput() {
    return !closed && interest == Interest.INPUT;
  }

  boolean isWatchedForOutput() {
    return !closed && interest == Interest.OUTPUT;
  }

  /** The connection that serves this socket. */
  EventLoopConnection connection() {
    return (EventLoopConnection) Objects.requireNonNull(readiness);
  }

  void watchedBy(Poller.Readiness readiness) {
    faults.pass(Faults.Step.WATCH);
    this.readiness = readiness;
  }

  boolean isReady() {
    return isReadable() || isWritable();
  }

  private boolean isReadable() {
    return isWatchedForInput() && (input.hasRemaining() || inputEnded);
  }

  private boolean isWritable() {
    return isWatchedForOutput() && room > 0;
  }

  /** Tells the connection what the socket is ready for. */
  void report() {
    if (isReady()) {
      Objects.requireNonNull(readiness).ready(isReadable(), isWritable());
    }
  }

  @Override
  public int read(ByteBuffer into) {
    events.add("read " + name);
    faults.pass(Faults.Step.READ);
    Runnable action = onRead;
    onRead = null;
    int length = Math.min(into.remaining(), input.remaining());
    into.put(input.slice(input.position(), length));
    input.position(input.position() + length);
    if (action != null) {
      action.run();
    }
    return length == 0 && inputEnded ? -1 : length;
  }

  @Override
  public void write(ByteBuffer from) {
    events.add("write " + name);
    faults.pass(Faults.Step.WRITE);
    byte[] bytes = new byte[Math.min(room, from.remaining())];
    from.get(bytes);
    output.writeBytes(bytes);
    if (room != UNLIMITED) {
      room -= bytes.length;
    }
  }

  @Override
  public void setInterest(Interest interest) {
    this.interest = interest;
    faults.pass(Faults.Step.SET_INTEREST);
  }

  @Override
  public @Nullable SocketAddress remoteAddress() {
    faults.pass(Faults.Step.ADDRESS);
    return null;
  }

  /** It is closed even if this fails, as the system's sockets are. */
  @Override
  public void close() {
    closed = true;
    faults.pass(Faults.Step.CLOSE);
  }
}
