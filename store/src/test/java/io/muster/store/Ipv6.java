package io.muster.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.NetworkInterface;

/** Whether tests can use IPv6. */
public final class Ipv6 {
  private Ipv6() {}

  /** Whether ::1 is an address of this machine; says so if not. */
  public static boolean isHere() {
    byte[] loopback = new byte[16];
    loopback[15] = 1;
    try {
      if (NetworkInterface.getByInetAddress(InetAddress.getByAddress(loopback)) != null) {
        return true;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    System.out.println("This machine has no IPv6: nothing of it is tested.");
    return false;
  }
}
