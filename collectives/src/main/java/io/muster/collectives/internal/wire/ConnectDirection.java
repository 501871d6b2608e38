package io.muster.collectives.internal.wire;

import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Locale;

/** Which of two ranks connects to the other. Both ranks compute it from their addresses. */
public final class ConnectDirection {
  private ConnectDirection() {}

  /**
   * Whether the rank at {@code own} connects to the one at {@code peer}, or the opposite.
   *
   * @throws MalformedMessageException if they are of different families or the same
   */
  public static boolean isWith(InetSocketAddress own, InetSocketAddress peer)
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

  /** A port in network order, read as a little-endian number: that is how Gloo compares them. */
  private static int swapped(int port) {
    return Short.toUnsignedInt(Short.reverseBytes((short) port));
  }
}
