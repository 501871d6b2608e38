package io.muster.cli;

import io.muster.admin.ServerRecord;
import io.muster.admin.ServerRecords;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The servers of this user that run on this host, as their records name them. */
final class RunningServers {
  private static final System.Logger LOG = System.getLogger("io.muster.cli");

  private final ServerRecords records;

  RunningServers(ServerRecords records) {
    this.records = records;
  }

  /**
   * A control endpoint.
   *
   * @param token its token, if it is known
   * @param certificateSha256 the fingerprint of its certificate, if it is known
   */
  record Target(URI url, Optional<String> token, Optional<String> certificateSha256) {}

  /**
   * The only server.
   *
   * @throws CommandFailedException if there is none, or if the records cannot be read
   * @throws IllegalArgumentException if there are several
   */
  Target only() {
    List<ServerRecord> running;
    try {
      running = records.running();
    } catch (IOException e) {
      throw new CommandFailedException(
          ExitCode.FAILED, "cannot read the records of servers: " + e, e);
    }
    if (running.isEmpty()) {
      throw new CommandFailedException(
          ExitCode.NO_CONNECTION,
          "no server with a control endpoint runs as this user on this host; start one with"
              + " 'muster serve', or give --server HOST:PORT");
    }
    if (running.size() > 1) {
      throw new IllegalArgumentException(
          running.size()
              + " servers run as this user; choose one with --server: "
              + running.stream().map(RunningServers::nameOf).collect(Collectors.joining("; ")));
    }
    return target(running.get(0));
  }

  /**
   * The server whose store, or whose control endpoint, has an address. An address that no record
   * names is taken for that of a control endpoint; so are all if the records cannot be read.
   *
   * @param scheme the scheme of a control endpoint that no record names, unless the address has one
   */
  Target at(ServerAddress address, String scheme) {
    Target unrecorded = new Target(address.url(scheme), Optional.empty(), Optional.empty());
    try {
      return records.running().stream()
          .filter(record -> isServedBy(record, address))
          .findFirst()
          .map(RunningServers::target)
          .orElse(unrecorded);
    } catch (IOException e) {
      LOG.log(
          Level.WARNING,
          "cannot read the records of servers: "
              + e
              + "; "
              + address.endpoint()
              + " is taken for the address of a control endpoint");
      return unrecorded;
    }
  }

  private static Target target(ServerRecord record) {
    return new Target(
        URI.create(record.admin()), Optional.of(record.token()), record.certificateSha256());
  }

  private static String nameOf(ServerRecord record) {
    String jobs =
        record.listeners().entrySet().stream()
            .map(job -> job.getKey() + " on " + String.join(" and ", job.getValue()))
            .collect(Collectors.joining(", "));
    return URI.create(record.admin()).getAuthority()
        + " (process "
        + record.pid()
        + (jobs.isEmpty() ? ", no job)" : ", " + jobs + ")");
  }

  private static boolean isServedBy(ServerRecord record, ServerAddress address) {
    URI admin = URI.create(record.admin());
    if (address.scheme().isPresent() && !address.scheme().get().equals(admin.getScheme())) {
      return false;
    }
    Stream<String> stores =
        address.scheme().isPresent()
            ? Stream.empty()
            : record.listeners().values().stream().flatMap(List::stream);
    return Stream.concat(stores, Stream.of(admin.getAuthority()))
        .map(Endpoint::parse)
        .anyMatch(listener -> matches(listener, address.endpoint()));
  }

  private static boolean matches(Endpoint listener, Endpoint endpoint) {
    if (listener.port() != endpoint.port()) {
      return false;
    }
    try {
      InetAddress bound = InetAddress.getByName(listener.host());
      for (InetAddress address : InetAddress.getAllByName(endpoint.host())) {
        if (address.equals(bound) || (bound.isAnyLocalAddress() && isOfThisHost(address))) {
          return true;
        }
      }
      return false;
    } catch (UnknownHostException | SocketException e) {
      return false;
    }
  }

  private static boolean isOfThisHost(InetAddress address) throws SocketException {
    return address.isAnyLocalAddress()
        || address.isLoopbackAddress()
        || NetworkInterface.getByInetAddress(address) != null;
  }
}
