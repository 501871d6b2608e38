package io.muster.rpc.internal.world;

import io.muster.store.internal.text.PrintableText;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * What a worker publishes about itself in the store.
 *
 * @param rank its rank, which no other worker of the world has or had
 * @param name its name
 * @param host the address that it listens on
 * @param port the port that it listens on
 * @param incarnation a random number. A caller that knows it has read the store, and means this
 *     worker, not one that listens at the same address later.
 */
public record WorkerInfo(int rank, String name, String host, int port, long incarnation) {
  /** The value that is stored. */
  byte[] encode() {
    return String.format(Locale.ROOT, "%016x %d %s %s", incarnation, port, host, name)
        .getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Decodes a stored value.
   *
   * @throws IllegalStateException if the value does not describe a worker
   */
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
              "the store has no valid description of worker %d: %s",
              rank,
              PrintableText.of(String.valueOf(e))));
    }
  }

  /** The address and port that it listens on. */
  public InetSocketAddress address() {
    return new InetSocketAddress(host, port);
  }

  /** Describes the worker in messages. Text that another process published is escaped. */
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
