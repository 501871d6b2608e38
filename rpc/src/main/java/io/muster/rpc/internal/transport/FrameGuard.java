package io.muster.rpc.internal.transport;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslHandler;
import io.grpc.netty.shaded.io.netty.util.ReferenceCountUtil;

/**
 * Looks at the headers of the HTTP/2 frames that a client sends, and counts those that cost work
 * and bring nothing: empty data, settings, priorities, continuations, frames of unknown types. gRPC
 * itself bounds pings and resets.
 */
final class FrameGuard extends ChannelInboundHandlerAdapter {
  private static final int PREFACE_BYTES = 24;
  private static final int HEADER_BYTES = 9;
  private static final int END_STREAM = 1;
  private static final int ACKNOWLEDGEMENT = 1;
  private static final int PADDED = 8;
  private static final int MOST_PADDING = 256;

  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RESET = 3;
  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int GO_AWAY = 7;
  private static final int WINDOW_UPDATE = 8;

  private final ClientConnection connection;
  private boolean placed;
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
    if (!placed) {
      placed = true;
      SslHandler tls = context.pipeline().get(SslHandler.class);
      if (tls != null) {
        // What comes in here is encrypted. The frames come out of TLS.
        FrameGuard behind = new FrameGuard(connection);
        behind.placed = true;
        String name = context.pipeline().context(tls).name();
        context.pipeline().addAfter(name, null, behind).remove(this);
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

  /** Takes one byte of a frame's header; false if the connection has been closed for it. */
  private boolean isTolerable(int headerByte) {
    switch (headerBytes++) {
      case 0, 1, 2 -> length = length << 8 | headerByte;
      case 3 -> type = headerByte;
      case 4 -> flags = headerByte;
      default -> {
        // The number of a stream.
      }
    }
    if (headerBytes < HEADER_BYTES) {
      return true;
    }
    headerBytes = 0;
    payloadLeft = length;
    length = 0;
    return !isIdle() || connection.strike("HTTP/2 frames that bring nothing");
  }

  private boolean isIdle() {
    return switch (type) {
      case DATA ->
          (flags & END_STREAM) == 0
              && (payloadLeft == 0 || ((flags & PADDED) != 0 && payloadLeft <= MOST_PADDING));
      case SETTINGS -> (flags & ACKNOWLEDGEMENT) == 0;
      case HEADERS, RESET, PING, GO_AWAY, WINDOW_UPDATE -> false;
      default -> true;
    };
  }
}
