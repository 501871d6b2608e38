package io.muster.cli;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The socket of a service manager: datagrams to a name in the abstract namespace or to a path. */
final class NotifySocket implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 40;

  private final int descriptor;

  /** Binds it. A name that begins with @ is abstract. */
  NotifySocket(String name) {
    byte[] path = name.getBytes(StandardCharsets.UTF_8);
    ByteBuffer address =
        ByteBuffer.allocate(2 + path.length + (path[0] == '@' ? 0 : 1))
            .order(ByteOrder.nativeOrder())
            .putShort((short) 1)
            .put(path);
    if (path[0] == '@') {
      address.put(2, (byte) 0);
    }
    descriptor = LibC.socket(1, 2, 0);
    int unusedBound = LibC.bind(descriptor, address.array(), address.capacity());
    byte[] timeout =
        ByteBuffer.allocate(16).order(ByteOrder.nativeOrder()).putLong(PATIENCE_SECONDS).array();
    int unusedSet = LibC.setsockopt(descriptor, 1, 20, timeout, timeout.length);
  }

  /** Waits for a datagram, and returns its text. */
  String receive() {
    byte[] bytes = new byte[1024];
    long length = LibC.recv(descriptor, bytes, bytes.length, 0);
    return new String(bytes, 0, (int) length, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    int unused = LibC.close(descriptor);
  }

  /** By C's names. */
  @SuppressWarnings("MemberName")
  private static final class LibC {
    static {
      Native.register(LibC.class, Platform.C_LIBRARY_NAME);
    }

    static native int socket(int domain, int type, int protocol) throws LastErrorException;

    static native int bind(int descriptor, byte[] address, int length) throws LastErrorException;

    static native int setsockopt(int descriptor, int level, int name, byte[] value, int length)
        throws LastErrorException;

    static native long recv(int descriptor, byte[] bytes, long length, int flags)
        throws LastErrorException;

    static native int close(int descriptor) throws LastErrorException;
  }
}
