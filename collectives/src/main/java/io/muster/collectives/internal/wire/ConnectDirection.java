package io.muster.collectives.internal.wire;

import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Locale;

/** Decides which of two ranks connects to the other, from their addresses. */
public final class ConnectDirection {
  private ConnectDirection() {}

  /**
   * Whether the rank at {@code own} connects to the rank at {@code peer}, rather than the reverse.
   *
   * @throws MalformedMessageException if the addresses are equal or of different families
   */
  public static boolean isOutgoing(InetSocketAddress own, InetSocketAddress peer)
      throws MalformedMessageException {
    byte[] ownIp = own.getAddress().getAddress();
    byte[] peerIp = peer.getAddress().getAddress();
    if (ownIp.length != peerIp.length) {
      throw new MalformedMessageException(
          String.format(
              Locale.ROOT,
              "address %s, which is not of the same family as this rank's %s",
              peer,
              own));
    }
    int order = Arrays.compareUnsigned(ownIp, peerIp);
    if (order == 0) {
      order = Integer.compare(swapped(own.getPort()), swapped(peer.getPort()));
    }
    if (order == 0) {
      throw new MalformedMessageException("address " + peer + ", which is this rank's own");
    }
    return order > 0;
  }

  /** The bytes of a port in network order, read as a little-endian number. Gloo compares these. */
  private static int swapped(int port) {
    return Short.toUnsignedInt(Short.reverseBytes((short) port));
  }
}
