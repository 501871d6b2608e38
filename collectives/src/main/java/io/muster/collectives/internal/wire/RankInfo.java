package io.muster.collectives.internal.wire;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The value that a rank publishes in the store under its key, so that the other ranks can connect.
 *
 * @param rank the rank that has published the value
 * @param host a name for the host. Peers compare it with their own name to find out which ranks are
 *     on the same host. It has no other use.
 * @param address the address that the rank listens on
 * @param pairs the number of connection identifiers: the size of the group, or 0 if the rank
 *     connects on first use and identifies itself by its rank
 * @param identifierOfReader the identifier of the rank's connection with the reader of the value
 */
public record RankInfo(
    int rank, String host, InetSocketAddress address, int pairs, long identifierOfReader) {
  private static final int SOCKADDR_STORAGE = 128;
  private static final int ADDRESS_BYTES = SOCKADDR_STORAGE + Long.BYTES;
  private static final int MAX_HOST_BYTES = 4096;
  private static final long NO_SEQUENCE = -1;
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;
  private static final int OFFSET_PORT = 2;
  private static final int OFFSET_IPV4 = 4;
  private static final int OFFSET_IPV6 = 8;

  /** Whether the rank connects to all other ranks before its group is ready. */
  public boolean connectsAtOnce() {
    return pairs > 0;
  }

  /**
   * Encodes the value of a rank.
   *
   * @param identifiers the identifiers that the connections of the peers begin with, by rank; may
   *     be empty
   */
  public static byte[] encode(byte[] host, InetSocketAddress address, long... identifiers) {
    ByteBuffer out =
        ByteBuffer.allocate(
                2 * Long.BYTES + host.length + ADDRESS_BYTES + identifiers.length * Long.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(host.length).put(host).putLong(ADDRESS_BYTES);
    putSocketAddress(out.slice().order(ByteOrder.LITTLE_ENDIAN), address);
    out.position(out.position() + SOCKADDR_STORAGE);
    out.putLong(NO_SEQUENCE);
    for (long identifier : identifiers) {
      out.putLong(identifier);
    }
    return out.array();
  }

  private static void putSocketAddress(ByteBuffer out, InetSocketAddress address) {
    byte[] ip = address.getAddress().getAddress();
    out.putShort(0, (short) (ip.length == 4 ? AF_INET : AF_INET6));
    // The port is in network byte order, unlike the other fields.
    out.put(OFFSET_PORT, (byte) (address.getPort() >> 8));
    out.put(OFFSET_PORT + 1, (byte) address.getPort());
    out.put(ip.length == 4 ? OFFSET_IPV4 : OFFSET_IPV6, ip);
  }

  /**
   * Decodes the value of a rank.
   *
   * @param rank the rank that has published the value
   * @param reader the rank that reads the value
   * @param size the size of the group
   * @throws MalformedMessageException if the value is invalid
   */
  public static RankInfo decode(byte[] value, int rank, int reader, int size)
      throws MalformedMessageException {
    ByteBuffer in = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
    if (isOfPyTorchBefore22(in, size)) {
      throw new MalformedMessageException(
          value.length
              + " bytes, as ranks of PyTorch before 2.2 publish; Muster needs PyTorch 2.2 or later");
    }
    byte[] host = new byte[length(in, "host name", 0, MAX_HOST_BYTES)];
    in.get(host);
    length(in, "address", ADDRESS_BYTES, ADDRESS_BYTES);
    InetSocketAddress address = socketAddress(in.slice().order(ByteOrder.LITTLE_ENDIAN));
    in.position(in.position() + ADDRESS_BYTES);
    int identifiers = in.remaining() / Long.BYTES;
    if (in.remaining() % Long.BYTES != 0 || (identifiers != 0 && identifiers != size)) {
      throw new MalformedMessageException(
          in.remaining() + " bytes of connection identifiers in a world of " + size + " ranks");
    }
    // A rank that publishes no identifiers expects the rank of the peer instead.
    long identifier = identifiers == 0 ? reader : in.getLong(in.position() + reader * Long.BYTES);
    return new RankInfo(
        rank, new String(host, StandardCharsets.ISO_8859_1), address, identifiers, identifier);
  }

  /** Whether the value is one address per other rank, without a host name before them. */
  private static boolean isOfPyTorchBefore22(ByteBuffer in, int size) {
    return size > 1
        && in.remaining() == (size - 1) * ADDRESS_BYTES
        && (in.getLong(0) < 0 || in.getLong(0) > MAX_HOST_BYTES);
  }

  private static int length(ByteBuffer in, String what, int min, int max)
      throws MalformedMessageException {
    if (in.remaining() < Long.BYTES) {
      throw new MalformedMessageException("ends before the length of its " + what);
    }
    long length = in.getLong();
    if (length < min || length > max || length > in.remaining()) {
      throw new MalformedMessageException(
          what + " of " + length + " bytes, with " + in.remaining() + " left");
    }
    return (int) length;
  }

  private static InetSocketAddress socketAddress(ByteBuffer in) throws MalformedMessageException {
    int family = Short.toUnsignedInt(in.getShort(0));
    byte[] ip =
        new byte
            [switch (family) {
              case AF_INET -> 4;
              case AF_INET6 -> 16;
              default -> throw new MalformedMessageException("address family " + family);
            }];
    in.get(family == AF_INET ? OFFSET_IPV4 : OFFSET_IPV6, ip);
    int port = (in.get(OFFSET_PORT) & 0xff) << 8 | (in.get(OFFSET_PORT + 1) & 0xff);
    try {
      return new InetSocketAddress(InetAddress.getByAddress(ip), port);
    } catch (UnknownHostException e) {
      throw new MalformedMessageException("address " + Arrays.toString(ip));
    }
  }
}
