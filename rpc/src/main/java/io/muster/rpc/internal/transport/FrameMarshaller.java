package io.muster.rpc.internal.transport;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.muster.rpc.internal.wire.Body;
import io.muster.rpc.internal.wire.Frame;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;

/** Converts messages for gRPC: sends frames and receives arrays. */
enum FrameMarshaller implements MethodDescriptor.Marshaller<Message> {
  INSTANCE;

  @Override
  public InputStream stream(Message message) {
    return new FrameStream(message.frame());
  }

  @Override
  public Message parse(InputStream stream) {
    try {
      if (!(stream instanceof KnownLength)) {
        return Message.received(stream.readAllBytes());
      }
      // The whole message is in memory. It is copied once.
      byte[] bytes = new byte[stream.available()];
      int unused = stream.readNBytes(bytes, 0, bytes.length);
      return Message.received(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A frame that gRPC copies directly into its send buffer. */
  private static final class FrameStream extends InputStream implements Drainable, KnownLength {
    private final Frame frame;
    private final InputStream bytes;

    FrameStream(Frame frame) {
      this.frame = frame;
      this.bytes = new SequenceInputStream(stream(frame.head()), stream(frame.body()));
    }

    @Override
    public int drainTo(OutputStream target) throws IOException {
      write(frame.head(), target);
      write(frame.body(), target);
      return frame.size();
    }

    private static InputStream stream(Body part) {
      return new ByteArrayInputStream(part.array(), part.offset(), part.length());
    }

    private static void write(Body part, OutputStream target) throws IOException {
      target.write(part.array(), part.offset(), part.length());
    }

    @Override
    public int available() {
      return frame.size();
    }

    @Override
    public int read() throws IOException {
      return bytes.read();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      return bytes.read(target, offset, length);
    }
  }
}
