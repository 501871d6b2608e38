package io.muster.store.server;

import io.muster.store.internal.text.PrintableText;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A job to create on a {@link StoreServer}. Immutable and thread-safe.
 *
 * <p>Defaults:
 *
 * <ul>
 *   <li>{@link #port}: 0, any free port
 *   <li>{@link #worldSize}: unknown
 *   <li>{@link #resetWhenIdle}: that of the server, {@link StoreServerOptions#resetWhenIdle}
 * </ul>
 */
public final class JobOptions {
  /** The name of the job of a server whose options name none. */
  public static final String DEFAULT_NAME = "default";

  private static final Pattern NAME = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9._-]{1,63}");
  private static final int MAX_NAME_LENGTH = 63;
  private static final int MAX_PORT = 65_535;

  private final String name;
  private final int port;
  private final OptionalInt worldSize;
  private final @Nullable Duration resetWhenIdle;

  private JobOptions(
      String name, int port, OptionalInt worldSize, @Nullable Duration resetWhenIdle) {
    this.name = name;
    this.port = port;
    this.worldSize = worldSize;
    this.resetWhenIdle = resetWhenIdle;
  }

  /**
   * Options with the defaults.
   *
   * @param name 1 to 63 letters, digits, dots, hyphens and underscores of ASCII, and neither "."
   *     nor ".."
   * @throws IllegalArgumentException if the name has other characters or another length
   */
  public static JobOptions of(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a job's name must be 1 to 63 of the characters A-Z a-z 0-9 . _ - and neither . nor .."
                  + " but %s",
              name.length() > MAX_NAME_LENGTH
                  ? "has " + name.length() + " characters"
                  : "was '" + PrintableText.of(name) + "'"));
    }
    return new JobOptions(name, 0, OptionalInt.empty(), null);
  }

  /**
   * Listens on a port; 0 is any free port.
   *
   * @throws IllegalArgumentException if it is not 0 to 65,535
   */
  public JobOptions withPort(int newPort) {
    if (newPort < 0 || newPort > MAX_PORT) {
      throw new IllegalArgumentException("port must be 0 to 65535 but was " + newPort);
    }
    return new JobOptions(name, newPort, worldSize, resetWhenIdle);
  }

  /**
   * Says how many ranks the job's world has. It is for those who look at the job; the server admits
   * any number.
   *
   * @throws IllegalArgumentException if it is less than 1
   */
  public JobOptions withWorldSize(int ranks) {
    if (ranks < 1) {
      throw new IllegalArgumentException("worldSize must be at least 1 but was " + ranks);
    }
    return new JobOptions(name, port, OptionalInt.of(ranks), resetWhenIdle);
  }

  /**
   * Has the job's keys forgotten when the last client of its world has gone, so that the next world
   * can use the same keys. A client belongs to a world once it has joined it, as a {@code TCPStore}
   * with a number of workers does, or has both written and read the keys of a process group or of
   * torchelastic. Other clients, such as {@code muster kv}, neither belong to it nor are
   * disconnected. A line of the log says how many keys are forgotten.
   *
   * @param grace how long the last client must have been gone; zero is at once
   * @throws IllegalArgumentException if it is negative
   */
  public JobOptions withResetWhenIdle(Duration grace) {
    if (grace.isNegative()) {
      throw new IllegalArgumentException("the grace must not be negative but was " + grace);
    }
    return new JobOptions(name, port, worldSize, grace);
  }

  /** The name, which differs from those of the server's other jobs. */
  public String name() {
    return name;
  }

  /** The port to bind; 0 for any free port. */
  public int port() {
    return port;
  }

  /** The number of ranks, if it was given. */
  public OptionalInt worldSize() {
    return worldSize;
  }

  /** How long the last client of a world must have been gone; empty for the server's option. */
  public Optional<Duration> resetWhenIdle() {
    return Optional.ofNullable(resetWhenIdle);
  }

  @Override
  public String toString() {
    return "JobOptions(name="
        + name
        + ", port="
        + port
        + ", worldSize="
        + worldSize
        + ", resetWhenIdle="
        + resetWhenIdle
        + ")";
  }
}
