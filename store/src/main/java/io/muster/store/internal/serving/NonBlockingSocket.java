package io.muster.store.internal.serving;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A connected socket that never blocks. It belongs to the thread of its {@link Poller}; while that
 * thread waits for another thread, the other thread may write.
 */
interface NonBlockingSocket {
  /** What the poller reports of a socket. */
  enum Interest {
    INPUT,
    OUTPUT,
    NONE
  }

  /**
   * Reads what has arrived.
   *
   * @param into a direct buffer
   * @return how many bytes, 0 if there is none yet, -1 if none will come any more
   */
  int read(ByteBuffer into) throws IOException;

  /**
   * Writes what the socket has room for.
   *
   * @param from a direct buffer
   */
  void write(ByteBuffer from) throws IOException;

  /** Sets what the poller reports. Initially that is input. */
  void setInterest(Interest interest) throws IOException;

  /** The client's address as numbers, or null if it is not known any more. */
  @Nullable SocketAddress remoteAddress();

  /** Closes the connection. The poller does not report it any more. */
  void close();
}
