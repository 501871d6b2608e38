package io.muster.bench.scale;

/**
 * The way between the clients and the server, of which the server's own link is the narrowest part.
 *
 * <p>A packet takes on the wire, besides its payload, 52 bytes of IP and TCP header with time
 * stamps, 18 of Ethernet header and checksum, and 20 of preamble and gap. Each packet with a
 * payload is acknowledged by one of its own, which is the most that TCP sends.
 */
final class Network {
  static final int HEADER_BYTES = 52 + 18 + 20;
  static final int MOST_PAYLOAD_BYTES = 1448;

  private final long latency;
  private final double nanosPerByte;
  private final Station in = new Station();
  private final Station out = new Station();
  private long packets;
  private long bytesIn;
  private long bytesOut;

  Network(long latencyNanos, double gigabitsPerSecond) {
    latency = latencyNanos;
    nanosPerByte = 8 / gigabitsPerSecond;
  }

  static long packets(long payload) {
    return Math.max(1, (payload + MOST_PAYLOAD_BYTES - 1) / MOST_PAYLOAD_BYTES);
  }

  /** The bytes on the wire of a payload with the headers of its packets. */
  static long wireBytes(long payload) {
    return payload + packets(payload) * HEADER_BYTES;
  }

  /** Lets a client send now; without a payload it is one of the packets that open a connection. */
  long toServer(long now, long payload) {
    bytesIn += wireBytes(payload);
    packets += packets(payload);
    if (payload > 0) {
      long acknowledgements = packets(payload) * HEADER_BYTES;
      bytesOut += acknowledgements;
      packets += packets(payload);
      long unused = out.work(now, nanos(acknowledgements));
    }
    return in.work(now + latency, nanos(wireBytes(payload)));
  }

  /** Lets the server send now. */
  long toClient(long now, long payload) {
    bytesOut += wireBytes(payload);
    packets += packets(payload);
    if (payload > 0) {
      long acknowledgements = packets(payload) * HEADER_BYTES;
      bytesIn += acknowledgements;
      packets += packets(payload);
      long unused = in.work(now + latency, nanos(acknowledgements));
    }
    return out.work(now, nanos(wireBytes(payload))) + latency;
  }

  private long nanos(long bytes) {
    return Math.round(bytes * nanosPerByte);
  }

  long packets() {
    return packets;
  }

  long bytesIn() {
    return bytesIn;
  }

  long bytesOut() {
    return bytesOut;
  }

  /** Nanoseconds for which the fuller of the two directions carried something. */
  long busy() {
    return Math.max(in.busy(), out.busy());
  }
}
