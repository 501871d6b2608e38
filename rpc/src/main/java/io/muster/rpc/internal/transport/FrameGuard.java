package io.muster.rpc.internal.transport;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslHandler;
import io.grpc.netty.shaded.io.netty.util.ReferenceCountUtil;

/**
 * Counts the HTTP/2 frames of a client that cause work without carrying anything: empty DATA
 * frames, SETTINGS, PRIORITY, CONTINUATION and frames of unknown types. gRPC itself limits PING and
 * RST_STREAM frames.
 */
final class FrameGuard extends ChannelInboundHandlerAdapter {
  private static final int PREFACE_BYTES = 24;
  private static final int HEADER_BYTES = 9;
  private static final int END_STREAM = 1;
  private static final int ACK = 1;
  private static final int PADDED = 8;
  private static final int MAX_PADDING = 256;

  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int GOAWAY = 7;
  private static final int WINDOW_UPDATE = 8;

  private final ClientConnection connection;
  private boolean isAfterTls;
  private int prefaceLeft = PREFACE_BYTES;
  private int headerBytes;
  private int length;
  private int payloadLeft;
  private int type;
  private int flags;

  FrameGuard(ClientConnection connection) {
    this.connection = connection;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (!isAfterTls) {
      isAfterTls = true;
      SslHandler tls = context.pipeline().get(SslHandler.class);
      if (tls != null) {
        // Encrypted bytes arrive here. A guard after the TLS handler sees the frames.
        FrameGuard guard = new FrameGuard(connection);
        guard.isAfterTls = true;
        String name = context.pipeline().context(tls).name();
        context.pipeline().addAfter(name, null, guard).remove(this);
        context.fireChannelRead(message);
        return;
      }
    }
    if (message instanceof ByteBuf bytes && !isTolerable(bytes)) {
      ReferenceCountUtil.release(message);
      return;
    }
    context.fireChannelRead(message);
  }

  private boolean isTolerable(ByteBuf bytes) {
    int at = bytes.readerIndex();
    int end = bytes.writerIndex();
    while (at < end) {
      int available = end - at;
      if (prefaceLeft > 0) {
        int taken = Math.min(prefaceLeft, available);
        prefaceLeft -= taken;
        at += taken;
      } else if (payloadLeft > 0) {
        int taken = Math.min(payloadLeft, available);
        payloadLeft -= taken;
        at += taken;
      } else if (!isTolerable(bytes.getUnsignedByte(at++))) {
        return false;
      }
    }
    return true;
  }

  /** Reads one byte of a frame header; false if the client has been disconnected for the frame. */
  private boolean isTolerable(int headerByte) {
    switch (headerBytes++) {
      case 0, 1, 2 -> length = length << 8 | headerByte;
      case 3 -> type = headerByte;
      case 4 -> flags = headerByte;
      default -> {
        // The stream identifier.
      }
    }
    if (headerBytes < HEADER_BYTES) {
      return true;
    }
    headerBytes = 0;
    payloadLeft = length;
    length = 0;
    return !isUseless() || connection.countOffence("HTTP/2 frames that carry nothing");
  }

  private boolean isUseless() {
    return switch (type) {
      case DATA ->
          (flags & END_STREAM) == 0
              && (payloadLeft == 0 || ((flags & PADDED) != 0 && payloadLeft <= MAX_PADDING));
      case SETTINGS -> (flags & ACK) == 0;
      case HEADERS, RST_STREAM, PING, GOAWAY, WINDOW_UPDATE -> false;
      default -> true;
    };
  }
}
