package io.muster.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.NativeLibrary;
import com.sun.jna.ptr.IntByReference;

/** A socket as a parent process hands it down: bound, not listening, known by its descriptor. */
public record BoundDescriptor(int descriptor, int port) {
  private static final int AF_UNIX = 1;
  private static final int AF_INET = 2;
  private static final int SOCK_STREAM = 1;
  private static final int SOCK_NONBLOCK = 0x800;

  /** A socket on a free port of 127.0.0.1. It belongs to the caller. Linux only. */
  public static BoundDescriptor onLoopback() {
    return onLoopback(SOCK_STREAM);
  }

  /** The same, but a call on it that would have to wait fails instead. */
  public static BoundDescriptor nonBlockingOnLoopback() {
    return onLoopback(SOCK_STREAM | SOCK_NONBLOCK);
  }

  /** A socket that is not TCP's. */
  public static int ofAnotherKind() {
    return call("socket", AF_UNIX, SOCK_STREAM, 0);
  }

  private static BoundDescriptor onLoopback(int kind) {
    int descriptor = call("socket", AF_INET, kind, 0);
    byte[] address = new byte[16];
    address[0] = AF_INET;
    address[4] = 127;
    address[7] = 1;
    int bound = call("bind", descriptor, address, address.length);
    int named = call("getsockname", descriptor, address, new IntByReference(address.length));
    assertThat(bound + named).isZero();
    return new BoundDescriptor(
        descriptor, Byte.toUnsignedInt(address[2]) << 8 | Byte.toUnsignedInt(address[3]));
  }

  private static int call(String function, Object... arguments) {
    int result = NativeLibrary.getInstance("c").getFunction(function).invokeInt(arguments);
    assertThat(result).as(function).isNotNegative();
    return result;
  }
}
