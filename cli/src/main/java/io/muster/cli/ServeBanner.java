package io.muster.cli;

import io.muster.store.server.StoreJob;
import io.muster.store.server.StoreServerOptions;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What {@code muster serve} prints when it accepts connections: its address, and how to connect.
 */
final class ServeBanner {
  private ServeBanner() {}

  /**
   * Returns the lines to print.
   *
   * @param bind the bind option, as {@link StoreServerOptions#bind}
   * @param addresses the addresses on which the server listens, at least one
   * @param resets whether keys are forgotten when the world that used them has gone
   */
  static String of(@Nullable String bind, List<InetSocketAddress> addresses, boolean resets) {
    String host = hostToConnect(bind, addresses.get(0));
    return "Listening on "
        + where(bind, addresses)
        + "\n"
        + howToConnect(host, Integer.toString(addresses.get(0).getPort()))
        + (resets
            ? "\nOne job at a time: its keys are forgotten when its last rank has gone"
            : "\nOne job at a time: keys left behind by one job conflict with the next; see"
                + " --reset-when-idle and --job");
  }

  /**
   * Returns the lines to print for named jobs.
   *
   * @param bind the bind option, as {@link StoreServerOptions#bind}
   * @param jobs at least one
   */
  static String ofJobs(@Nullable String bind, List<StoreJob> jobs) {
    String host = hostToConnect(bind, jobs.get(0).addresses().get(0));
    String lines =
        jobs.stream()
            .map(job -> "Job " + job.name() + ": listening on " + where(bind, job.addresses()))
            .collect(Collectors.joining("\n"));
    return lines + "\nWith the port of a job:\n" + howToConnect(host, "PORT");
  }

  /** Returns the line to print for the control endpoint. */
  static String ofControl(String url) {
    return "Control endpoint " + url + ", for muster job and curl";
  }

  private static String howToConnect(String host, String port) {
    return String.format(
        Locale.ROOT,
        """
        Python  torch.distributed.TCPStore("%1$s", %2$s, is_master=False, wait_for_workers=False)
                or MASTER_ADDR=%1$s MASTER_PORT=%2$s TORCHELASTIC_USE_AGENT_STORE=True for env://
        Java    TcpStore.connect("%1$s", %2$s)""",
        host,
        port);
  }

  private static String where(@Nullable String bind, List<InetSocketAddress> addresses) {
    InetSocketAddress first = addresses.get(0);
    if (first.getAddress().isAnyLocalAddress()) {
      boolean ipv4Only = first.getAddress() instanceof Inet4Address;
      return (ipv4Only ? "0.0.0.0:" : "*:")
          + first.getPort()
          + ": all interfaces"
          + (ipv4Only ? ", IPv4 only" : "")
          + "; every machine that can reach this one can connect";
    }
    String list =
        addresses.stream().map(a -> Endpoint.of(a).toString()).collect(Collectors.joining(" and "));
    boolean loopback = addresses.stream().allMatch(a -> a.getAddress().isLoopbackAddress());
    return loopback
        ? list + ": only this machine can connect (see --bind)" + missing(bind, addresses)
        : list;
  }

  /** Returns which loopback address the machine lacks; may be empty. */
  private static String missing(@Nullable String bind, List<InetSocketAddress> addresses) {
    if (bind != null || addresses.size() != 1) {
      return "";
    }
    boolean ipv4 = addresses.get(0).getAddress() instanceof Inet4Address;
    return "; it has no address " + (ipv4 ? "::1" : "127.0.0.1");
  }

  private static String hostToConnect(@Nullable String bind, InetSocketAddress first) {
    if (first.getAddress().isAnyLocalAddress()) {
      return thisMachine();
    }
    return bind == null || isInterface(bind) ? Endpoint.of(first).host() : bind;
  }

  private static boolean isInterface(String name) {
    try {
      return NetworkInterface.getByName(name) != null;
    } catch (SocketException e) {
      return false;
    }
  }

  private static String thisMachine() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "127.0.0.1";
    }
  }
}
