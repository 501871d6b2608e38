package io.muster.launcher;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Linux's signals, by names without SIG, and the exit codes that a shell gives them. */
final class Signals {
  /** The signals by which workers can be stopped. */
  static final List<String> STOPPING =
      List.of("HUP", "INT", "QUIT", "KILL", "USR1", "USR2", "TERM");

  /** A process that a signal has ended has this plus the number of the signal as exit code. */
  private static final int SIGNALED = 128;

  private static final Map<Integer, String> NAMES =
      Map.ofEntries(
          Map.entry(1, "HUP"),
          Map.entry(2, "INT"),
          Map.entry(3, "QUIT"),
          Map.entry(4, "ILL"),
          Map.entry(5, "TRAP"),
          Map.entry(6, "ABRT"),
          Map.entry(7, "BUS"),
          Map.entry(8, "FPE"),
          Map.entry(9, "KILL"),
          Map.entry(10, "USR1"),
          Map.entry(11, "SEGV"),
          Map.entry(12, "USR2"),
          Map.entry(13, "PIPE"),
          Map.entry(14, "ALRM"),
          Map.entry(15, "TERM"),
          Map.entry(24, "XCPU"),
          Map.entry(25, "XFSZ"));

  private Signals() {}

  /** The signal that an exit code stands for; empty if it is that of a process that has exited. */
  static Optional<String> ofExitCode(int exitCode) {
    return Optional.ofNullable(NAMES.get(exitCode - SIGNALED));
  }

  /** The exit code of a process that a signal has ended; 128 if the signal is unknown. */
  static int exitCode(String name) {
    return NAMES.entrySet().stream()
        .filter(signal -> signal.getValue().equals(name))
        .mapToInt(signal -> SIGNALED + signal.getKey())
        .findFirst()
        .orElse(SIGNALED);
  }
}
