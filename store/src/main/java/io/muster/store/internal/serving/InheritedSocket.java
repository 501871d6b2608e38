package io.muster.store.internal.serving;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import io.netty.channel.unix.Socket;
import java.io.IOException;

/** A bound socket that this process knows only by its descriptor. */
final class InheritedSocket {
  private static final int F_GETFL = 3;
  private static final int F_SETFL = 4;
  private static final int O_NONBLOCK =
      0x800; // Linux, on every processor the epoll library is built for

  private InheritedSocket() {}

  /** Makes the socket listen and stop blocking, as an event loop needs it. */
  static void prepare(int descriptor, int backlog) throws IOException {
    Function fcntl = NativeLibrary.getInstance("c").getFunction("fcntl");
    int flags = fcntl.invokeInt(new Object[] {descriptor, F_GETFL, 0});
    if (flags < 0 || fcntl.invokeInt(new Object[] {descriptor, F_SETFL, flags | O_NONBLOCK}) < 0) {
      throw new IOException("descriptor " + descriptor + " is not open");
    }
    new Socket(descriptor).listen(backlog);
  }
}
