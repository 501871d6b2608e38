package io.muster.bench;

import java.io.IOException;
import java.io.InterruptedIOException;

/**
 * Keeps this process and a server on a core each. Where the system puts the two ends of a
 * connection depends on what they did before, and a round trip takes up to twice as long across
 * cores as on one.
 */
public final class CorePinning implements AutoCloseable {
  private static final String SERVER_CORE = "0";
  private static final String OWN_CORE = "1";

  private final long own = ProcessHandle.current().pid();
  private final long server;
  private final String allowed = Machine.allowedCores();

  /** They stay where they are if there is one core only, or no taskset. */
  public CorePinning(long server) throws IOException {
    this.server = server;
    pin(server, SERVER_CORE);
    pin(own, OWN_CORE);
  }

  private static void pin(long process, String cores) throws IOException {
    String command = "taskset -a -p -c " + cores + " " + process + " >/dev/null 2>&1";
    try {
      int unusedStatus = new ProcessBuilder("sh", "-c", command).start().waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    }
  }

  @Override
  public void close() throws IOException {
    pin(server, allowed);
    pin(own, allowed);
  }
}
