package io.muster.launcher.internal.process;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A process in a session of its own that signals process groups on behalf of this process, and
 * kills those that are left when this process ends for any reason. It reads one command per line
 * from a pipe whose other end only this process holds, and sees the end of this process as the end
 * of the pipe.
 *
 * <p>If the watcher itself is killed, another one takes over.
 *
 * <p>All methods are thread-safe. They block for a write to the pipe only.
 */
public final class GroupWatcher implements AutoCloseable {
  private static final Logger LOG = System.getLogger(GroupWatcher.class.getName());
  private static final long CLOSE_PATIENCE_SECONDS = 10;
  private static final int MAX_WATCHERS_AT_THE_END = 5;

  /** The argument is a directory to delete at the end, or is empty. */
  private static final String SCRIPT =
      """
      trap '' HUP INT TERM
      # A process that has not made its group yet has the number that the group will have.
      signal() {
        kill -s "$1" -- "-$2" || kill -s "$1" "$2"
      }
      groups=
      while read -r verb group; do
        case $verb in
          WATCH) groups="$groups $group" ;;
          END)
            kill -s KILL -- "-$group"
            rest=
            for each in $groups; do
              [ "$each" = "$group" ] || rest="$rest $each"
            done
            groups=$rest
            ;;
          *) signal "$verb" "$group" ;;
        esac
      done
      for each in $groups; do
        signal KILL "$each"
      done
      [ -z "$1" ] || rm -rf -- "$1"
      exit 0
      """;

  private final String scratch;

  /** The last signal that each group was sent; empty if it was sent none. */
  private final Map<Long, String> groups = new LinkedHashMap<>();

  private @Nullable Process process;
  private boolean closed;

  private GroupWatcher(@Nullable Path scratch) {
    this.scratch = scratch == null ? "" : scratch.toString();
  }

  /**
   * Starts a watcher.
   *
   * @param scratch a directory that the watcher deletes at the end
   * @throws IOException if its process cannot be started
   */
  public static GroupWatcher start(@Nullable Path scratch) throws IOException {
    GroupWatcher watcher = new GroupWatcher(scratch);
    synchronized (watcher) {
      watcher.startProcess();
    }
    return watcher;
  }

  /**
   * Adds a group to those that are killed at the end.
   *
   * @throws IOException if there is no watcher and none can be started
   */
  synchronized void watch(long group) throws IOException {
    groups.put(group, "");
    write("WATCH", group);
  }

  /** Kills what is left of a group, and removes the group, whose number may be reused then. */
  synchronized void endGroup(long group) {
    groups.remove(group);
    tell("END", group);
  }

  /** Sends a signal, such as {@code TERM}, to all processes of a group that has not been ended. */
  synchronized void signal(long group, String name) {
    if (groups.containsKey(group)) {
      groups.put(group, name);
      tell(name, group);
    }
  }

  private void tell(String verb, long group) {
    try {
      write(verb, group);
    } catch (IOException e) {
      LOG.log(
          Level.ERROR,
          () -> "process group " + group + " does not get " + verb + ": no watcher can be started",
          e);
    }
  }

  private void write(String verb, long group) throws IOException {
    if (closed) {
      return;
    }
    Process running = process;
    if (running != null) {
      try {
        writeLine(running.getOutputStream(), verb, group);
        return;
      } catch (IOException e) {
        // The watcher was killed.
      }
    }
    Process started = startProcess();
    // It has been told everything but this.
    if (verb.equals("END")) {
      writeLine(started.getOutputStream(), verb, group);
    }
  }

  private static void writeLine(OutputStream pipe, String verb, long group) throws IOException {
    pipe.write((verb + " " + group + "\n").getBytes(StandardCharsets.US_ASCII));
    pipe.flush();
  }

  private Process startProcess() throws IOException {
    process = null;
    Process started =
        new ProcessBuilder("setsid", "sh", "-c", SCRIPT, "muster-watcher", scratch)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    OutputStream pipe = started.getOutputStream();
    for (Map.Entry<Long, String> group : groups.entrySet()) {
      writeLine(pipe, "WATCH", group.getKey());
      // The watcher that was killed may not have read it. A group may get it twice.
      if (!group.getValue().isEmpty()) {
        writeLine(pipe, group.getValue(), group.getKey());
      }
    }
    process = started;
    var unused = started.onExit().thenAccept(this::replace);
    return started;
  }

  private synchronized void replace(Process ended) {
    if (closed || process != ended) {
      return;
    }
    try {
      startProcess();
    } catch (IOException e) {
      LOG.log(Level.ERROR, "the watcher of the workers was killed, and cannot be replaced", e);
    }
  }

  /** The process id of the watcher, for tests. */
  synchronized long pid() {
    Process running = process;
    return running == null ? -1 : running.pid();
  }

  /** Kills all groups that are left, and waits for the watcher to end. */
  @Override
  public void close() {
    Process running;
    synchronized (this) {
      closed = true;
      running = process;
      process = null;
    }
    try {
      for (int tries = 1; running != null && wasKilled(running); tries++) {
        running = tries < MAX_WATCHERS_AT_THE_END ? startLast() : null;
      }
    } catch (IOException e) {
      LOG.log(Level.ERROR, "the watcher of the workers was killed, and cannot be replaced", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized Process startLast() throws IOException {
    Process started = startProcess();
    process = null;
    return started;
  }

  /** Makes a watcher kill its groups and end. Returns whether it was killed before it could. */
  private static boolean wasKilled(Process watcher) throws InterruptedException {
    try {
      watcher.getOutputStream().close();
    } catch (IOException e) {
      // It has ended, which its exit code shows.
    }
    if (!watcher.waitFor(CLOSE_PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      LOG.log(Level.WARNING, "the watcher of the workers has not ended");
      return false;
    }
    return watcher.exitValue() != 0;
  }
}
