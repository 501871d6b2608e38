package io.muster.bench.crowd;

import io.muster.store.internal.wire.RequestEncoder;
import io.muster.store.internal.wire.WireOutput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** The bytes of one or more requests in PyTorch's protocol, encoded once and sent repeatedly. */
public final class Message {
  private final ByteBuffer bytes;

  private Message(byte[] bytes) {
    this.bytes = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }

  /** Writes requests. */
  public interface Requesting {
    void to(RequestEncoder requests) throws IOException;
  }

  public static Message of(Requesting requesting) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    WireOutput output = new WireOutput(bytes::write, 1024);
    requesting.to(new RequestEncoder(output));
    output.flush();
    return new Message(bytes.toByteArray());
  }

  /** A key as PyTorch's clients send it. */
  public static byte[] bytes(String key) {
    return ("/" + key).getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Sends the message.
   *
   * @throws IOException if writing fails, or a non-blocking channel does not accept all bytes
   */
  public void writeTo(SocketChannel channel) throws IOException {
    ByteBuffer unsent = bytes.duplicate();
    while (unsent.hasRemaining()) {
      if (channel.write(unsent) == 0) {
        throw new IOException("no room for a request of " + bytes.limit() + " bytes");
      }
    }
  }
}
