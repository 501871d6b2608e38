package io.muster.store.internal.serving;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import io.muster.store.internal.jna.Jna;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ServerSocketChannel;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Listens on a socket that this process has inherited and knows by its descriptor only.
 *
 * <p>The JDK makes no channel of a descriptor, but the socket of a channel can be replaced: a
 * channel is bound to a free port of loopback, and {@code dup2} puts the inherited socket in the
 * place of the one that the channel has opened. Linux only.
 */
final class InheritedSocket {
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;
  private static final int SOL_SOCKET = 1;
  private static final int SO_ACCEPTCONN = 30;

  /** The size of {@code sockaddr_in6}, the longest address of TCP. */
  private static final int ADDRESS_BYTES = 28;

  /** Linux's default for the highest limit that a process can have, {@code fs.nr_open}. */
  private static final int MAX_DESCRIPTORS = 1 << 20;

  private InheritedSocket() {}

  /**
   * Listens on a bound socket. On success the descriptor is closed: the channel has the socket.
   *
   * @throws IOException if it is not a TCP socket, or JNA cannot be used
   * @throws UnsupportedOperationException if this is not Linux
   */
  static ListenSocket listen(ListenTarget.OnDescriptor on) throws IOException {
    int inherited = on.descriptor();
    if (!Platform.isLinux()) {
      throw new UnsupportedOperationException(
          "listening on descriptor " + inherited + " needs Linux; use a ServerSocketChannel");
    }
    Jna.requireLoaded();
    ServerSocketChannel channel = ServerSocketChannel.open();
    try {
      channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      InetSocketAddress address = localAddress(inherited);
      if (address == null) {
        throw new IOException("descriptor " + inherited + " is not a TCP socket");
      }
      int unusedListening = LibC.listen(inherited, on.backlog());
      int unusedDuplicate = LibC.dup2(inherited, descriptorOf(channel));
      int unusedClosed = LibC.close(inherited);
      return new ListenSocket(channel, address);
    } catch (LastErrorException e) {
      Closing.quietly(channel);
      throw new IOException("descriptor " + inherited + ": " + e.getMessage(), e);
    } catch (Throwable e) {
      Closing.quietly(channel);
      throw e;
    }
  }

  /** A new descriptor is the lowest that is free, so the search is short. */
  private static int descriptorOf(ServerSocketChannel channel) throws IOException {
    for (int descriptor = 0; descriptor < MAX_DESCRIPTORS; descriptor++) {
      if (isListening(descriptor) && channel.getLocalAddress().equals(localAddress(descriptor))) {
        return descriptor;
      }
    }
    throw new IOException("the descriptor of a new socket cannot be found");
  }

  private static boolean isListening(int descriptor) {
    int[] accepts = {0};
    int[] length = {Integer.BYTES};
    return LibC.getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, accepts, length) == 0
        && accepts[0] != 0;
  }

  /** The address that a socket is bound to, or null if it is not a socket of IPv4 or IPv6. */
  private static @Nullable InetSocketAddress localAddress(int descriptor) throws IOException {
    byte[] bytes = new byte[ADDRESS_BYTES];
    int[] length = {ADDRESS_BYTES};
    int unused = LibC.getsockname(descriptor, bytes, length);
    int family = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getShort(0);
    int port = Short.toUnsignedInt(ByteBuffer.wrap(bytes).getShort(2));
    return switch (family) {
      case AF_INET -> address(Arrays.copyOfRange(bytes, 4, 8), port);
      case AF_INET6 -> address(Arrays.copyOfRange(bytes, 8, 24), port);
      default -> null;
    };
  }

  private static InetSocketAddress address(byte[] host, int port) throws IOException {
    return new InetSocketAddress(InetAddress.getByAddress(host), port);
  }

  /** By C's names. */
  @SuppressWarnings("MemberName")
  private static final class LibC {
    static {
      Native.register(LibC.class, Platform.C_LIBRARY_NAME);
    }

    static native int listen(int descriptor, int backlog) throws LastErrorException;

    static native int dup2(int from, int to) throws LastErrorException;

    static native int getsockname(int descriptor, byte[] address, int[] length)
        throws LastErrorException;

    static native int getsockopt(int descriptor, int level, int name, int[] value, int[] length);

    static native int close(int descriptor) throws LastErrorException;
  }
}
