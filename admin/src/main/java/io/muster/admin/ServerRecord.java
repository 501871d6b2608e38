package io.muster.admin;

import io.muster.admin.internal.Addresses;
import io.muster.store.server.StoreJob;
import io.muster.store.server.StoreServer;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The process and the addresses of a running server, for other processes of the same user.
 *
 * @param pid the process, which is one of this host and PID namespace
 * @param startMillis when the process started, in milliseconds since 1970; 0 if unknown. A later
 *     process may get the same {@code pid}.
 * @param listeners the addresses of each job's store, such as {@code 127.0.0.1:29500}, by the name
 *     of the job
 * @param admin the URL of the control endpoint
 * @param token the bearer token of the control endpoint
 * @param certificateSha256 the fingerprint of the certificate of the control endpoint, as {@link
 *     AdminTls#sha256}; empty if it has no TLS
 */
public record ServerRecord(
    long pid,
    long startMillis,
    Map<String, List<String>> listeners,
    String admin,
    String token,
    Optional<String> certificateSha256) {
  /** A record of this process, which runs a store server and its control endpoint. */
  public static ServerRecord ofThisProcess(StoreServer server, AdminServer admin) {
    Map<String, List<String>> listeners = new LinkedHashMap<>();
    for (StoreJob job : server.jobs()) {
      listeners.put(job.name(), job.addresses().stream().map(Addresses::text).toList());
    }
    return ofThisProcess(listeners, admin.url(), admin.token(), admin.certificateSha256());
  }

  /** A record of this process. */
  public static ServerRecord ofThisProcess(
      Map<String, List<String>> listeners,
      String admin,
      String token,
      Optional<String> certificateSha256) {
    ProcessHandle self = ProcessHandle.current();
    return new ServerRecord(
        self.pid(), startMillis(self), listeners, admin, token, certificateSha256);
  }

  /** Whether the process of this record still runs. */
  public boolean isAlive() {
    return ProcessHandle.of(pid)
        .filter(p -> startMillis == 0 || startMillis == startMillis(p))
        .isPresent();
  }

  /** Without the token. */
  @Override
  public String toString() {
    return "ServerRecord[pid=" + pid + ", listeners=" + listeners + ", admin=" + admin + "]";
  }

  private static long startMillis(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
  }
}
