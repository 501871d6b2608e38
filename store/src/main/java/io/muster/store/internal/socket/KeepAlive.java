package io.muster.store.internal.socket;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import jdk.net.ExtendedSocketOptions;

/**
 * TCP keep-alive: when the system probes a silent peer, and when it closes the connection because
 * the peer does not respond. On systems without these socket options the system's own times apply
 * (two hours on Linux).
 *
 * <p>Keep-alive applies to idle connections only. The system retransmits data that the peer does
 * not acknowledge for a time of its own (about 15 minutes on Linux).
 *
 * @param idleSeconds silence before the first probe, 1 to {@value #MAX_SECONDS}
 * @param intervalSeconds time between probes, 1 to {@value #MAX_SECONDS}
 * @param probes unanswered probes before the connection is closed, 1 to {@value #MAX_PROBES}
 */
public record KeepAlive(int idleSeconds, int intervalSeconds, int probes) {
  /** The limit of Linux, which is the lowest. */
  public static final int MAX_SECONDS = 32_767;

  public static final int MAX_PROBES = 127;

  /** Detects a vanished peer after 30 seconds. */
  public static final KeepAlive DEFAULT = new KeepAlive(15, 5, 3);

  /** Whether accepted sockets inherit the times of their listening socket. */
  public static final boolean INHERITED = System.getProperty("os.name", "").startsWith("Linux");

  public KeepAlive {
    requireWithin("idle", idleSeconds, MAX_SECONDS);
    requireWithin("interval", intervalSeconds, MAX_SECONDS);
    requireWithin("probes", probes, MAX_PROBES);
  }

  private static void requireWithin(String name, int value, int max) {
    if (value < 1 || value > max) {
      throw new IllegalArgumentException(name + " must be 1 to " + max + " but was " + value);
    }
  }

  /** Sets the times on a socket before it listens, if accepted sockets inherit them. */
  public void applyToListener(ServerSocketChannel listener) throws IOException {
    if (INHERITED) {
      setTimes(listener.supportedOptions(), listener::setOption);
    }
  }

  /** Enables keep-alive with these times. */
  public void apply(SocketChannel channel) throws IOException {
    channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    setTimes(channel.supportedOptions(), channel::setOption);
  }

  /** Enables keep-alive with these times. */
  public void apply(Socket socket) throws IOException {
    socket.setKeepAlive(true);
    setTimes(socket.supportedOptions(), socket::setOption);
  }

  private interface Setter {
    Object set(SocketOption<Integer> option, Integer value) throws IOException;
  }

  private void setTimes(Set<SocketOption<?>> supported, Setter setter) throws IOException {
    set(supported, setter, ExtendedSocketOptions.TCP_KEEPIDLE, idleSeconds);
    set(supported, setter, ExtendedSocketOptions.TCP_KEEPINTERVAL, intervalSeconds);
    set(supported, setter, ExtendedSocketOptions.TCP_KEEPCOUNT, probes);
  }

  private static void set(
      Set<SocketOption<?>> supported, Setter setter, SocketOption<Integer> option, int value)
      throws IOException {
    if (supported.contains(option)) {
      Object unusedSocket = setter.set(option, value);
    }
  }
}
