package io.muster.cli;

import io.muster.admin.AdminOptions;
import io.muster.admin.AdminServer;
import io.muster.admin.JobResources;
import io.muster.admin.ServerRecord;
import io.muster.admin.ServerRecords;
import io.muster.store.server.StoreServer;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * The control endpoint of {@code muster serve}, and the record by which other processes of the user
 * find it. Methods are thread-safe.
 */
final class ControlEndpoint implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("io.muster.admin");

  private final StoreServer server;
  private final ServerRecords records;
  private final AdminServer admin;
  private boolean closed;

  /**
   * Starts the endpoint of a server and writes the record. Clients can connect when this returns.
   *
   * @throws CommandFailedException if it cannot listen
   */
  ControlEndpoint(StoreServer server, ServerRecords records, AdminOptions.Builder options) {
    this.server = server;
    this.records = records;
    // No request writes a record before this one has.
    synchronized (this) {
      AdminOptions all = options.resources(JobResources.of(server, this::writeRecord)).build();
      this.admin = start(all);
      plainTextWarning(admin.address(), all.tls().isPresent())
          .ifPresent(warning -> LOG.log(Level.WARNING, warning));
      writeRecord();
    }
  }

  private static AdminServer start(AdminOptions options) {
    try {
      return AdminServer.start(options);
    } catch (IOException e) {
      throw new CommandFailedException(
          ExitCode.CANNOT_SERVE,
          "cannot listen on "
              + Endpoint.of(options.address())
              + " for the control endpoint: "
              + e.getMessage()
              + "; choose another address with --admin, or none with --no-admin",
          e);
    }
  }

  /** Returns a warning if the token can be read on a network. */
  static Optional<String> plainTextWarning(InetSocketAddress address, boolean isTls) {
    if (isTls || address.getAddress().isLoopbackAddress()) {
      return Optional.empty();
    }
    return Optional.of(
        "the control endpoint on "
            + Endpoint.of(address)
            + " has no TLS: its token crosses the network in plain text; give --admin-tls-cert and"
            + " --admin-tls-key, or a loopback address as --admin");
  }

  /** The URL for processes on this host. */
  String url() {
    return admin.url();
  }

  /** The server does without a record, if it cannot be written. */
  private synchronized void writeRecord() {
    if (closed) {
      return;
    }
    try {
      records.write(ServerRecord.ofThisProcess(server, admin));
    } catch (IOException | UnsupportedOperationException e) {
      LOG.log(
          Level.WARNING,
          "cannot write the record of this server to "
              + records.directory()
              + ": "
              + e
              + "; other commands need --server "
              + admin.url()
              + " to find it");
    }
  }

  /** Removes the record and stops the endpoint. Closing again has no effect. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      removeRecord();
    }
    admin.close();
  }

  private void removeRecord() {
    try {
      records.remove(ProcessHandle.current().pid());
    } catch (IOException e) {
      LOG.log(
          Level.WARNING,
          "cannot remove the record of this server from " + records.directory() + ": " + e);
    }
  }
}
