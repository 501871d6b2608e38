package io.muster.store.internal.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reports that a file may have changed. All watches of a JVM share one {@link DirectoryWatcher},
 * which exists while there are watches. Changes that other machines make to a shared file system
 * are not reported.
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
   * Watches a file. Its directory must exist, the file need not.
   *
   * @param onChange called by the shared thread; it must not block
   * @throws IOException if the system does not support watches, or has too many
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

  /** Resolves symbolic links, because changes are reported for the file's real directory. */
  private static Path real(Path file) throws IOException {
    if (Files.exists(file)) {
      return file.toRealPath();
    }
    Path directory = Objects.requireNonNull(file.getParent(), "a file has a directory");
    return directory.toRealPath().resolve(Objects.requireNonNull(file.getFileName()));
  }
}
