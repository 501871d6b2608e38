package io.muster.cli;

import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The launcher script, if it waits for this process to end. A JVM that cannot start exits with 1,
 * the code of commands that did not find a key. To distinguish the two, this process exits with
 * another code, which the script translates.
 */
final class Launcher {
  /** The system property with the script's process id. */
  static final String PROPERTY = "muster.launcher";

  /** The code that the script translates to {@link ExitCode#NOT_FOUND}. */
  static final int NOT_FOUND = 101;

  /** Most commands end earlier, and thus do not load the classes that the check needs. */
  private static final long WATCH_AFTER_MILLIS = 1000;

  private Launcher() {}

  /** Returns the code to exit with. */
  static int translate(int exitCode) {
    boolean waits = System.getProperty(PROPERTY) != null;
    return waits && exitCode == ExitCode.NOT_FOUND ? NOT_FOUND : exitCode;
  }

  /** Ends this process when the script ends, even if the script is killed. */
  static void endWithIt() {
    Long pid = Long.getLong(PROPERTY);
    if (pid != null) {
      Thread watch = new Thread(() -> watch(pid), "muster-launcher");
      watch.setDaemon(true);
      watch.start();
    }
  }

  private static void watch(long pid) {
    try {
      TimeUnit.MILLISECONDS.sleep(WATCH_AFTER_MILLIS);
    } catch (InterruptedException e) {
      return;
    }
    Optional<ProcessHandle> script = ProcessHandle.of(pid);
    if (script.isPresent()) {
      var unused = script.get().onExit().thenRun(Launcher::end);
    } else {
      end();
    }
  }

  private static void end() {
    Runtime.getRuntime().halt(ExitCode.FAILED);
  }
}
