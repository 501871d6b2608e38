package io.muster.cli;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a server says when it starts: where it listens, and how to connect. */
final class Greeting {
  private Greeting() {}

  /**
   * The lines to print.
   *
   * @param bind the address or host it was told to listen on, or null
   * @param addresses where it listens, at least one
   */
  static String of(@Nullable String bind, List<InetSocketAddress> addresses) {
    int port = addresses.get(0).getPort();
    String host = hostToConnect(bind, addresses.get(0).getAddress());
    return """
        Listening on %1$s
        Python  torch.distributed.TCPStore("%2$s", %3$d, is_master=False, wait_for_workers=False)
                or MASTER_ADDR=%2$s MASTER_PORT=%3$d TORCHELASTIC_USE_AGENT_STORE=True for env://
        Java    TcpStore.connect("%2$s", %3$d)"""
        .formatted(where(addresses), host, port);
  }

  private static String where(List<InetSocketAddress> addresses) {
    InetSocketAddress first = addresses.get(0);
    if (first.getAddress().isAnyLocalAddress()) {
      return "*:%d: all interfaces, so whoever reaches this machine can connect"
          .formatted(first.getPort());
    }
    String list =
        addresses.stream()
            .map(a -> new Endpoint(text(a.getAddress()), a.getPort()).toString())
            .collect(Collectors.joining(" and "));
    boolean loopback = addresses.stream().allMatch(a -> a.getAddress().isLoopbackAddress());
    return loopback ? list + ": only this machine can connect (see --bind)" : list;
  }

  private static String hostToConnect(@Nullable String bind, InetAddress first) {
    if (first.isAnyLocalAddress()) {
      return thisMachine();
    }
    return bind == null ? text(first) : bind;
  }

  /** An address in short: {@code ::1} for 0:0:0:0:0:0:0:1. */
  private static String text(InetAddress address) {
    return address.getHostAddress().replaceFirst("(^|:)0(:0)+(:|$)", "::");
  }

  private static String thisMachine() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "127.0.0.1";
    }
  }
}
