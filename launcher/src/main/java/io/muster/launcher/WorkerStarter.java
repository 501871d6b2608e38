package io.muster.launcher;

import io.muster.launcher.internal.nodes.Placement;
import io.muster.launcher.internal.output.Console;
import io.muster.launcher.internal.output.FilteredLog;
import io.muster.launcher.internal.output.InputPump;
import io.muster.launcher.internal.output.LineCollapser;
import io.muster.launcher.internal.output.LineSink;
import io.muster.launcher.internal.output.OutputPump;
import io.muster.launcher.internal.output.PrefixedLines;
import io.muster.launcher.internal.process.GroupWatcher;
import io.muster.launcher.internal.process.WorkerProcess;
import io.muster.store.internal.concurrent.Closeables;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Starts workers, with their environment and their streams. */
final class WorkerStarter {
  /** Cyan, yellow, green, magenta, blue, and the bright ones: legible on black and on white. */
  private static final int[] COLORS = {36, 33, 32, 35, 34, 96, 93, 92, 95, 94};

  private final WorldSpec spec;
  private final OutputOptions output;
  private final WorkerEnvironment environment;
  private final LogDirectory logs;
  private final GroupWatcher watcher;
  private final Console console;
  private final Console errorConsole;
  private final LineCollapser collapser;
  private final LineCollapser errorCollapser;
  private final InputPump input;
  private final Placement placement;

  /** The files of the attempt with the lines that match; for standard output and for errors. */
  private final List<FilteredLog> filtered = new ArrayList<>();

  WorkerStarter(
      WorldSpec spec, Placement placement, int port, LogDirectory logs, GroupWatcher watcher) {
    this.spec = spec;
    this.placement = placement;
    this.output = spec.output();
    this.environment = new WorkerEnvironment(spec, placement, port);
    this.logs = logs;
    this.watcher = watcher;
    this.console =
        new Console(output.console().orElseGet(() -> new FileOutputStream(FileDescriptor.out)));
    this.errorConsole =
        new Console(
            output.errorConsole().orElseGet(() -> new FileOutputStream(FileDescriptor.err)));
    this.collapser = new LineCollapser(console, onConsole(false));
    this.errorCollapser = new LineCollapser(errorConsole, onConsole(true));
    this.input = new InputPump();
  }

  /** How many workers of this node have a stream on the console. */
  private int onConsole(boolean error) {
    return (int)
        IntStream.range(0, spec.localWorldSize())
            .filter(localRank -> output.isOnConsole(localRank, error))
            .count();
  }

  /** A worker of this node before it has a process. */
  WorkerInfo describe(int localRank, int attempt) {
    return new WorkerInfo(
        placement.firstRank() + localRank,
        localRank,
        spec.role(),
        placement.self().host(),
        -1,
        attempt,
        command(localRank));
  }

  private List<String> command(int localRank) {
    int first = 0;
    for (WorkerGroup group : spec.groups()) {
      first += group.count();
      if (localRank < first) {
        return group.command();
      }
    }
    throw new IndexOutOfBoundsException(localRank);
  }

  /**
   * Starts a worker. The first of an attempt is local rank 0.
   *
   * @throws IOException if no process can be started, or no file written
   */
  Worker start(int localRank, int attempt) throws IOException {
    if (localRank == 0) {
      openFiltered(logs.ofAttempt(attempt));
    }
    WorkerInfo planned = describe(localRank, attempt);
    Path directory = logs.ofWorker(attempt, localRank);
    Path errorFile = directory.resolve("error.json");
    boolean hasInput = planned.rank() == 0 && output.input().isPresent();
    Stream out = new Stream(planned, false, directory.resolve("stdout.log"));
    Stream err = new Stream(planned, true, directory.resolve("stderr.log"));
    WorkerProcess process =
        WorkerProcess.start(
            watcher,
            planned.command(),
            environment.of(localRank, attempt, errorFile),
            new WorkerProcess.Streams(hasInput, out.redirect(), err.redirect()));
    List<OutputPump> pumps = new ArrayList<>();
    out.pump(process.output(), pumps);
    err.pump(process.error(), pumps);
    if (hasInput) {
      input.pump(output.input().get(), process.input());
    }
    WorkerInfo info =
        new WorkerInfo(
            planned.rank(),
            localRank,
            planned.role(),
            planned.host(),
            process.pid(),
            attempt,
            planned.command());
    return new Worker(info, process, errorFile, pumps);
  }

  private void openFiltered(Path directory) throws IOException {
    filtered.clear();
    filtered.add(
        FilteredLog.open(directory.resolve("filtered_stdout.log"), output.outputFilters()));
    filtered.add(FilteredLog.open(directory.resolve("filtered_stderr.log"), output.errorFilters()));
  }

  /** Writes the lines that wait for those of other workers, and closes the files of the attempt. */
  void endOutput() {
    collapser.flush();
    errorCollapser.flush();
    filtered.forEach(Closeables::closeQuietly);
  }

  /** One output stream of a worker, and where it goes. */
  private final class Stream {
    private final WorkerInfo worker;
    private final boolean error;
    private final Path file;
    private final boolean isTee;
    private final boolean toFile;
    private final boolean toConsole;

    Stream(WorkerInfo worker, boolean error, Path file) {
      this.worker = worker;
      this.error = error;
      this.file = file;
      this.isTee = output.isTee(worker.localRank(), error);
      this.toFile = isTee || output.isRedirect(worker.localRank(), error);
      this.toConsole = output.isOnConsole(worker.localRank(), error);
    }

    /** The only worker of a world gets the console itself, which may be a terminal. */
    private boolean isInherited() {
      return placement.worldSize() == 1 && toConsole && !toFile && output.console().isEmpty();
    }

    Redirect redirect() {
      if (isInherited()) {
        return Redirect.INHERIT;
      }
      if (toConsole) {
        return Redirect.PIPE;
      }
      return toFile ? Redirect.to(file.toFile()) : Redirect.DISCARD;
    }

    void pump(InputStream source, List<OutputPump> pumps) throws IOException {
      if (isInherited() || !toConsole) {
        return;
      }
      OutputStream copy = toFile ? Files.newOutputStream(file) : null;
      String name = worker.rank() + (error ? "-err" : "-out");
      pumps.add(OutputPump.start(source, sink(), copy, name));
    }

    private LineSink sink() {
      LineSink shown =
          output.isCollapsed()
              ? (error ? errorCollapser : collapser).sink(worker.rank())
              : new PrefixedLines(error ? errorConsole : console, bytes(consolePrefix()));
      return isTee ? filtered.get(error ? 1 : 0).and(shown, bytes(prefix())) : shown;
    }

    private String consolePrefix() {
      if (placement.worldSize() == 1 && !isTee) {
        return "";
      }
      return output.colored()
          ? "\u001b[" + COLORS[worker.rank() % COLORS.length] + "m" + prefix() + "\u001b[0m"
          : prefix();
    }

    private String prefix() {
      return output
          .prefix()
          .replace("${role_name}", worker.role())
          .replace("${local_rank}", Integer.toString(worker.localRank()))
          .replace("${rank}", Integer.toString(worker.rank()))
          .replace("${hostname}", worker.host());
    }

    private static byte[] bytes(String text) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
  }
}
