package io.muster.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The directory of a launch, {@code <log directory>/<run id>_<random>}, with a directory per
 * attempt and worker. Without a log directory it is a temporary one.
 */
final class LogDirectory {
  private final Path root;
  private final boolean temporary;

  private LogDirectory(Path root, boolean temporary) {
    this.root = root;
    this.temporary = temporary;
  }

  static LogDirectory create(Optional<Path> logs, String runId) throws IOException {
    if (logs.isEmpty()) {
      return new LogDirectory(Files.createTempDirectory("muster-run-"), true);
    }
    Path parent = Files.createDirectories(logs.get().toAbsolutePath());
    // A run id is arbitrary text; it must not lead elsewhere.
    String name = runId.replaceAll("[^A-Za-z0-9._-]", "_");
    return new LogDirectory(Files.createTempDirectory(parent, name + "_"), false);
  }

  /** The directory to delete at the end, if any. */
  @Nullable Path scratch() {
    return temporary ? root : null;
  }

  /** Creates the directory of an attempt. */
  Path ofAttempt(int attempt) throws IOException {
    return Files.createDirectories(root.resolve("attempt_" + attempt));
  }

  /** Creates the directory of a worker. */
  Path ofWorker(int attempt, int localRank) throws IOException {
    return Files.createDirectories(ofAttempt(attempt).resolve(Integer.toString(localRank)));
  }
}
