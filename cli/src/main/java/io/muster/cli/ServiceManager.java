package io.muster.cli;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The service manager that has started this process, such as systemd, if it has set NOTIFY_SOCKET
 * to be notified when the service is ready: the protocol of sd_notify(3).
 */
final class ServiceManager {
  private static final System.Logger LOG = System.getLogger("io.muster.cli");
  private static final String VARIABLE = "NOTIFY_SOCKET";

  /** The size of {@code sun_path} in Linux's {@code sockaddr_un}, with the zero byte at its end. */
  private static final int PATH_BYTES = 108;

  private final @Nullable String socket;

  ServiceManager(Map<String, String> environment) {
    this.socket = environment.get(VARIABLE);
  }

  /**
   * Notifies the service manager that the service is ready. Does nothing without a service manager.
   * Blocks while the queue of the manager's socket is full. A failure is logged only.
   *
   * @param status one line for people
   */
  void ready(String status) {
    send("READY=1\nSTATUS=" + status + "\n");
  }

  /**
   * Notifies the service manager that the service has begun to stop; otherwise as {@link #ready}.
   */
  void stopping() {
    send("STOPPING=1\n");
  }

  private void send(String state) {
    if (socket == null || socket.isEmpty()) {
      return;
    }
    try {
      send(socket, state.getBytes(StandardCharsets.UTF_8));
    } catch (IOException | LinkageError e) {
      LOG.log(Level.WARNING, "cannot notify the service manager at " + socket + ": " + e);
    }
  }

  private static void send(String socket, byte[] datagram) throws IOException {
    if (!Platform.isLinux()) {
      throw new IOException("this is not Linux");
    }
    byte[] address = address(socket);
    try {
      int descriptor = LibC.socket(LibC.AF_UNIX, LibC.SOCK_DGRAM | LibC.SOCK_CLOEXEC, 0);
      try {
        long unusedSent =
            LibC.sendto(
                descriptor, datagram, datagram.length, LibC.MSG_NOSIGNAL, address, address.length);
      } finally {
        int unusedClosed = LibC.close(descriptor);
      }
    } catch (LastErrorException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** A {@code sockaddr_un}. A path that begins with @ is a name in the abstract namespace. */
  private static byte[] address(String socket) throws IOException {
    byte[] path = socket.getBytes(StandardCharsets.UTF_8);
    if (path.length >= PATH_BYTES || (path[0] != '/' && path[0] != '@')) {
      throw new IOException(
          "expected a path or an abstract name of less than " + PATH_BYTES + " bytes");
    }
    boolean isAbstract = path[0] == '@';
    ByteBuffer address =
        ByteBuffer.allocate(Short.BYTES + path.length + (isAbstract ? 0 : 1))
            .order(ByteOrder.nativeOrder())
            .putShort((short) LibC.AF_UNIX)
            .put(path);
    if (isAbstract) {
      address.put(Short.BYTES, (byte) 0);
    }
    return address.array();
  }

  /** By C's names. */
  @SuppressWarnings("MemberName")
  private static final class LibC {
    static final int AF_UNIX = 1;
    static final int SOCK_DGRAM = 2;
    static final int SOCK_CLOEXEC = 0x80000;
    static final int MSG_NOSIGNAL = 0x4000;

    static {
      Native.register(LibC.class, Platform.C_LIBRARY_NAME);
    }

    static native int socket(int domain, int type, int protocol) throws LastErrorException;

    static native long sendto(
        int descriptor, byte[] bytes, long length, int flags, byte[] address, int addressLength)
        throws LastErrorException;

    static native int close(int descriptor) throws LastErrorException;
  }
}
