package io.muster.store.internal.serving;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import io.muster.store.internal.socket.KeepAlive;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Linux's calls on sockets by descriptor, none of which blocks but {@link #wait}. */
final class LinuxSockets {
  static final int ADD = 1;
  static final int REMOVE = 2;
  static final int MODIFY = 3;

  private static final int CLOSE_ON_EXEC = 0x80000;
  private static final int NON_BLOCKING = 0x800;
  private static final int F_GETFL = 3;
  private static final int F_SETFL = 4;
  private static final int EINTR = 4;
  private static final int EAGAIN = 11;
  private static final int SOL_SOCKET = 1;
  private static final int SO_KEEPALIVE = 9;
  private static final int IPPROTO_TCP = 6;
  private static final int TCP_NODELAY = 1;
  private static final int TCP_KEEPIDLE = 4;
  private static final int TCP_KEEPINTVL = 5;
  private static final int TCP_KEEPCNT = 6;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int AF_INET = 2;
  private static final int ADDRESS_BYTES = 128;

  /** Which end of a connection. */
  enum Address {
    LOCAL,
    REMOTE
  }

  private LinuxSockets() {}

  /** Makes a bound socket listen and stop blocking. */
  static void listen(int descriptor, int backlog) throws IOException {
    try {
      int flags = LibC.fcntl(descriptor, F_GETFL, 0);
      int unusedSet = LibC.fcntl(descriptor, F_SETFL, flags | NON_BLOCKING);
      int unusedListening = LibC.listen(descriptor, backlog);
    } catch (LastErrorException e) {
      throw new IOException("descriptor " + descriptor + " is not open", e);
    }
  }

  static int epoll() throws IOException {
    return checked(() -> LibC.epoll_create1(CLOSE_ON_EXEC));
  }

  static void control(int epoll, int operation, int descriptor, Pointer event) throws IOException {
    int unused = checked(() -> LibC.epoll_ctl(epoll, operation, descriptor, event));
  }

  /** Waits for events, and says how many came; none if it was interrupted. */
  static int wait(int epoll, Pointer events, int most, int millis) throws IOException {
    return checked(() -> LibC.epoll_wait(epoll, events, most, millis), EINTR, 0);
  }

  /** A descriptor that is ready when it was counted up. */
  static int eventCounter() throws IOException {
    return checked(() -> LibC.eventfd(0, CLOSE_ON_EXEC | NON_BLOCKING));
  }

  static void count(int counter) {
    try {
      int unused = LibC.eventfd_write(counter, 1);
    } catch (LastErrorException e) {
      // Closed, or counted up to its end: whoever waits for it wakes up either way.
      return;
    }
  }

  static void takeCount(int counter) throws IOException {
    Memory count = new Memory(Long.BYTES);
    int unused = checked(() -> LibC.eventfd_read(counter, count), EAGAIN, 0);
  }

  /** The next connection, which does not block, or -1 if there is none. */
  static int accept(int listener) throws IOException {
    return checked(
        () -> LibC.accept4(listener, Pointer.NULL, Pointer.NULL, CLOSE_ON_EXEC | NON_BLOCKING),
        EAGAIN,
        -1);
  }

  static void sendAtOnceAndKeepAlive(int descriptor, KeepAlive keepAlive) throws IOException {
    set(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
    set(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1);
    set(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, keepAlive.idleSeconds());
    set(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, keepAlive.intervalSeconds());
    set(descriptor, IPPROTO_TCP, TCP_KEEPCNT, keepAlive.probes());
  }

  private static void set(int descriptor, int level, int option, int value) throws IOException {
    IntByReference pointer = new IntByReference(value);
    int unused =
        checked(
            () -> LibC.setsockopt(descriptor, level, option, pointer.getPointer(), Integer.BYTES));
  }

  /** Reads into a direct buffer with room; 0 if nothing is there, -1 at the end. */
  static int read(int descriptor, ByteBuffer into) throws IOException {
    Pointer to = Native.getDirectBufferPointer(into).share(into.position());
    int nothing = -1;
    int read = checked(() -> (int) LibC.recv(descriptor, to, into.remaining(), 0), EAGAIN, nothing);
    if (read == nothing) {
      return 0;
    }
    into.position(into.position() + read);
    return read == 0 ? -1 : read;
  }

  /** Writes what there is room for from a direct buffer. */
  static void write(int descriptor, ByteBuffer from) throws IOException {
    Pointer bytes = Native.getDirectBufferPointer(from).share(from.position());
    int written =
        checked(
            () -> (int) LibC.send(descriptor, bytes, from.remaining(), MSG_NOSIGNAL), EAGAIN, 0);
    from.position(from.position() + written);
  }

  static InetSocketAddress address(int descriptor, Address which) throws IOException {
    Memory address = new Memory(ADDRESS_BYTES);
    IntByReference length = new IntByReference(ADDRESS_BYTES);
    int unused =
        checked(
            () ->
                which == Address.LOCAL
                    ? LibC.getsockname(descriptor, address, length.getPointer())
                    : LibC.getpeername(descriptor, address, length.getPointer()));
    byte[] bytes = address.getByteArray(0, ADDRESS_BYTES);
    int port = (bytes[2] & 0xff) << 8 | (bytes[3] & 0xff);
    byte[] host =
        address.getShort(0) == AF_INET
            ? Arrays.copyOfRange(bytes, 4, 8)
            : Arrays.copyOfRange(bytes, 8, 24);
    return new InetSocketAddress(InetAddress.getByAddress(host), port);
  }

  static void close(int descriptor) {
    try {
      int unused = LibC.close(descriptor);
    } catch (LastErrorException e) {
      // It is gone either way.
      return;
    }
  }

  private interface Call {
    int run();
  }

  private static int checked(Call call) throws IOException {
    return checked(call, 0, 0);
  }

  /** What a call returns, or {@code instead} if it fails with the one error that is none. */
  private static int checked(Call call, int error, int instead) throws IOException {
    try {
      return call.run();
    } catch (LastErrorException e) {
      if (e.getErrorCode() == error) {
        return instead;
      }
      throw new IOException(e.getMessage(), e);
    }
  }

  /** By C's names. */
  @SuppressWarnings("MemberName")
  private static final class LibC {
    static {
      Native.register(LibC.class, Platform.C_LIBRARY_NAME);
    }

    static native int fcntl(int descriptor, int command, int argument) throws LastErrorException;

    static native int listen(int descriptor, int backlog) throws LastErrorException;

    static native int accept4(int descriptor, Pointer address, Pointer length, int flags)
        throws LastErrorException;

    static native int epoll_create1(int flags) throws LastErrorException;

    static native int epoll_ctl(int epoll, int operation, int descriptor, Pointer event)
        throws LastErrorException;

    static native int epoll_wait(int epoll, Pointer events, int most, int millis)
        throws LastErrorException;

    static native int eventfd(int count, int flags) throws LastErrorException;

    static native int eventfd_write(int descriptor, long count) throws LastErrorException;

    static native int eventfd_read(int descriptor, Pointer count) throws LastErrorException;

    static native int setsockopt(int descriptor, int level, int name, Pointer value, int length)
        throws LastErrorException;

    static native long recv(int descriptor, Pointer bytes, long length, int flags)
        throws LastErrorException;

    static native long send(int descriptor, Pointer bytes, long length, int flags)
        throws LastErrorException;

    static native int getsockname(int descriptor, Pointer address, Pointer length)
        throws LastErrorException;

    static native int getpeername(int descriptor, Pointer address, Pointer length)
        throws LastErrorException;

    static native int close(int descriptor) throws LastErrorException;
  }
}
