package io.muster.bench;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The host names that a server finds for the addresses of its clients. PyTorch's server looks up
 * the name of each client that connects, on its only thread.
 *
 * <p>The server runs in a mount namespace with its own {@code /etc/hosts} and {@code
 * /etc/resolv.conf}, which requires root. Without root, it uses those of this machine.
 */
public final class HostsOverride implements Closeable {
  private static final String MOUNT =
      "mount --bind \"$1\" /etc/hosts && mount --bind \"$2\" /etc/resolv.conf && shift 2"
          + " && exec \"$@\"";

  /** An address on loopback that only this process uses, because the port must be 53. */
  private static final InetSocketAddress SILENT =
      new InetSocketAddress(
          Text.format(
              "127.%d.%d.53",
              ProcessHandle.current().pid() / 256 % 256, ProcessHandle.current().pid() % 256),
          53);

  private final boolean possible =
      new ProcessBuilder("unshare", "-m", "true").start().waitFor() == 0;
  private final TemporaryDirectory directory = TemporaryDirectory.create("names");
  private final Path resolver = directory.path().resolve("resolv.conf");

  /** A DNS server that receives every query and answers none. */
  private final DatagramChannel silent = DatagramChannel.open(StandardProtocolFamily.INET);

  public HostsOverride() throws IOException, InterruptedException {
    if (possible) {
      silent.bind(SILENT);
    }
    Files.writeString(
        resolver, "nameserver " + SILENT.getAddress().getHostAddress() + System.lineSeparator());
  }

  /** Whether this process may mount. */
  public boolean isPossible() {
    return possible;
  }

  /** Describes for a page how names are looked up. */
  public String describe() {
    return possible
        ? "a hosts file of its own answers at once, unless the table says otherwise"
        : "this machine's own DNS configuration applies, because the run may not mount a hosts file";
  }

  /**
   * The beginning of a command line for a server whose lookups succeed at once, the best case for
   * PyTorch. Empty if this process may not mount.
   */
  public List<String> known() throws IOException {
    String self = InetAddress.getLocalHost().getHostName();
    return possible
        ? commandWith("127.0.0.1 localhost " + self + "\n::ffff:127.0.0.1 localhost\n")
        : List.of();
  }

  /** The same for a server whose lookups fail, because no DNS server answers. */
  public List<String> unknown() throws IOException {
    return commandWith("\n");
  }

  private List<String> commandWith(String hosts) throws IOException {
    Path file = Files.writeString(Files.createTempFile(directory.path(), "hosts", ""), hosts);
    return List.of("unshare", "-m", "sh", "-c", MOUNT, "sh", file.toString(), resolver.toString());
  }

  @Override
  public void close() throws IOException {
    silent.close();
    directory.close();
  }
}
