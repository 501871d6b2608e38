package io.muster.store.internal.serving;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;

/**
 * A buffer that is used over and over, by one at a time: an allocator would cost each request more,
 * and its leak detector most of all. Used by one event loop.
 */
final class SpareBuffer {
  private final ByteBuf buffer;

  SpareBuffer(int bytes) {
    buffer = Unpooled.wrappedBuffer(ByteBuffer.allocateDirect(bytes));
  }

  /** The buffer, empty, or if somebody has it still, another. Whoever gets it releases it. */
  ByteBuf orElse(ByteBufAllocator allocator, int bytes) {
    return buffer.refCnt() == 1 ? buffer.retain().clear() : allocator.ioBuffer(bytes);
  }
}
