package io.muster.rpc.internal.world;

import io.muster.store.internal.text.PrintableText;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * What a worker publishes about itself in the store.
 *
 * @param rank its number, which no other worker of the world has or had
 * @param name its name
 * @param host the address that it listens on
 * @param port the port there
 * @param incarnation a random number: who knows it has read the store, and means this worker and
 *     not one that came to its address later
 */
public record WorkerInfo(int rank, String name, String host, int port, long incarnation) {
  /** The form in which it is in the store. */
  byte[] encode() {
    return String.format(Locale.ROOT, "%016x %d %s %s", incarnation, port, host, name)
        .getBytes(StandardCharsets.UTF_8);
  }

  /** The worker of that rank whose form this is. */
  static WorkerInfo decode(int rank, byte[] bytes) {
    String[] parts = new String(bytes, StandardCharsets.UTF_8).split(" ", 4);
    try {
      return new WorkerInfo(
          rank,
          parts[3],
          parts[2],
          Integer.parseInt(parts[1]),
          Long.parseUnsignedLong(parts[0], 16));
    } catch (IndexOutOfBoundsException | NumberFormatException e) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "the store does not have worker %d: %s",
              rank,
              PrintableText.of(String.valueOf(e))));
    }
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return new InetSocketAddress(host, port);
  }

  /** As messages name it. Its name and host are what another process has published. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "'%s' (rank %d, %s:%d)",
        PrintableText.of(name),
        rank,
        PrintableText.of(host),
        port);
  }
}
