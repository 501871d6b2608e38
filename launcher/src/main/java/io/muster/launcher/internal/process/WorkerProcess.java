package io.muster.launcher.internal.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * A worker's process, the leader of a session and process group of its own.
 *
 * <p>It begins as a shell that waits for a line from this process before it becomes the program.
 * The line is sent once the {@link GroupWatcher} knows the group. So there is no moment at which
 * the end of this process leaves a program behind: the shell sees the end of its input, or the
 * watcher kills the group.
 */
public final class WorkerProcess {
  private static final byte[] GO = "go\n".getBytes(StandardCharsets.US_ASCII);

  /** The first argument is the standard input of the program; empty means that of the shell. */
  private static final String SCRIPT =
      """
      read -r go && [ "$go" = go ] || exit 125
      input=$1
      shift
      [ -z "$input" ] || exec <"$input"
      exec "$@"
      """;

  private final Process process;
  private final GroupWatcher watcher;

  private WorkerProcess(Process process, GroupWatcher watcher) {
    this.process = process;
    this.watcher = watcher;
  }

  /** Where the standard streams of a worker lead. */
  public record Streams(boolean pipedInput, Redirect output, Redirect error) {}

  /**
   * Starts a process. A program that does not exist is not an exception: the shell prints a message
   * and exits with 127, or with 126 if the program cannot be executed.
   *
   * @param environment variables in addition to those of this process
   * @throws IOException if no process can be started
   */
  public static WorkerProcess start(
      GroupWatcher watcher, List<String> command, Map<String, String> environment, Streams streams)
      throws IOException {
    List<String> words =
        new ArrayList<>(
            List.of(
                "setsid",
                "sh",
                "-c",
                SCRIPT,
                "muster-worker",
                streams.pipedInput() ? "" : "/dev/null"));
    words.addAll(command);
    ProcessBuilder builder =
        new ProcessBuilder(words).redirectOutput(streams.output()).redirectError(streams.error());
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      watcher.watch(process.pid());
    } catch (IOException e) {
      process.destroyForcibly();
      throw e;
    }
    WorkerProcess worker = new WorkerProcess(process, watcher);
    worker.go(streams.pipedInput());
    return worker;
  }

  private void go(boolean pipedInput) {
    try {
      OutputStream input = process.getOutputStream();
      input.write(GO);
      input.flush();
      if (!pipedInput) {
        input.close();
      }
    } catch (IOException e) {
      // It was killed meanwhile, which its exit code shows.
    }
  }

  /** Its process id, which is also the number of its process group and session. */
  public long pid() {
    return process.pid();
  }

  /**
   * Calls back with the exit code when the process has ended, on any thread; with 128 plus the
   * number of the signal if a signal has ended it. What is left of its process group is killed
   * before.
   */
  public void onExit(IntConsumer callback) {
    var unused =
        process
            .onExit()
            .thenAccept(
                ended -> {
                  watcher.endGroup(ended.pid());
                  callback.accept(ended.exitValue());
                });
  }

  /** Sends a signal, such as {@code TERM}, to its process group. */
  public void signal(String name) {
    watcher.signal(process.pid(), name);
  }

  /** Its standard input, if that is a pipe. */
  public OutputStream input() {
    return process.getOutputStream();
  }

  /** What it writes to standard output, if that is a pipe. */
  public InputStream output() {
    return process.getInputStream();
  }

  /** What it writes to standard error, if that is a pipe. */
  public InputStream error() {
    return process.getErrorStream();
  }
}
