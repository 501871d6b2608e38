package io.muster.launcher;

import io.muster.launcher.internal.error.ErrorFile;
import io.muster.launcher.internal.output.OutputPump;
import io.muster.launcher.internal.process.WorkerProcess;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/** A running worker: its process, and the threads that copy its output. */
record Worker(WorkerInfo info, WorkerProcess process, Path errorFile, List<OutputPump> pumps) {
  /** Its end, with what its error file says. */
  WorkerExit exit(int exitCode, Instant ended, boolean stopped) {
    return WorkerExit.of(info, exitCode, ErrorFile.read(errorFile), ended, stopped);
  }
}
