package io.muster.store.internal.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Tells when a file may have changed. The watches of a JVM share one {@link DirectoryWatcher},
 * which is there as long as there is a watch. What another machine does to a shared file system
 * goes unseen.
 */
public final class FileWatch implements AutoCloseable {
  private static final Object LOCK = new Object();
  private static @Nullable DirectoryWatcher shared;

  private final DirectoryWatcher watcher;
  private final Path file;
  private final Runnable onChange;

  private FileWatch(DirectoryWatcher watcher, Path file, Runnable onChange) {
    this.watcher = watcher;
    this.file = file;
    this.onChange = onChange;
  }

  /**
   * Watches a file. Its directory must exist; the file itself need not.
   *
   * @param onChange called by the shared thread, which it must not hold up
   * @throws IOException if the system cannot watch, or watches too much already
   */
  public static FileWatch open(Path file, Runnable onChange) throws IOException {
    Path realFile = real(file.toAbsolutePath());
    synchronized (LOCK) {
      DirectoryWatcher watcher = shared == null ? DirectoryWatcher.start() : shared;
      FileWatch watch = new FileWatch(watcher, realFile, onChange);
      try {
        watcher.add(watch);
        shared = watcher;
        return watch;
      } finally {
        stopIfIdle(watcher);
      }
    }
  }

  @Override
  public void close() {
    synchronized (LOCK) {
      watcher.remove(this);
      stopIfIdle(watcher);
    }
  }

  Path file() {
    return file;
  }

  Path directory() {
    return Objects.requireNonNull(file.getParent());
  }

  void changed() {
    onChange.run();
  }

  private static void stopIfIdle(DirectoryWatcher watcher) {
    if (watcher.isIdle()) {
      watcher.stop();
      if (shared == watcher) {
        shared = null;
      }
    }
  }

  /** Changes are reported for the directory where the file really is. */
  private static Path real(Path file) throws IOException {
    if (Files.exists(file)) {
      return file.toRealPath();
    }
    Path directory = Objects.requireNonNull(file.getParent(), "a file has a directory");
    return directory.toRealPath().resolve(Objects.requireNonNull(file.getFileName()));
  }
}
