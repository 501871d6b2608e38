package io.muster.cli;

import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The launcher script, if it waits for this process to end. A JVM that cannot start exits with 1,
 * and so do commands that did not find what they were asked for. The script tells them apart
 * because this process then exits with another code, which the script translates.
 */
final class Launcher {
  /** The system property by which the script gives its process id. */
  static final String PROPERTY = "muster.launcher";

  /** What {@link ExitCode#NOT_THERE} is to the script. */
  static final int NOT_THERE = 101;

  /** Most commands are over before; they do without the classes that a watch needs. */
  private static final long WATCH_AFTER_MILLIS = 1000;

  private Launcher() {}

  /** The code to exit with. */
  static int translate(int exitCode) {
    boolean waits = System.getProperty(PROPERTY) != null;
    return waits && exitCode == ExitCode.NOT_THERE ? NOT_THERE : exitCode;
  }

  /** Lets this process end when the script does, even if that is killed. */
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
