package io.muster.store.internal.file;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * One watch service, and the thread that reads it, for any number of files. A watch service uses an
 * inotify instance, of which a Linux user may have 128 by default.
 */
final class DirectoryWatcher {
  private final WatchService service;
  private final Map<Path, Directory> directories = new HashMap<>();

  private DirectoryWatcher(WatchService service) {
    this.service = service;
  }

  private record Directory(WatchKey key, Map<Path, Set<FileWatch>> watchesByFile) {
    void changed(Path file) {
      watchesByFile.getOrDefault(file, Set.of()).forEach(FileWatch::changed);
    }

    void anythingChanged() {
      watchesByFile.keySet().forEach(this::changed);
    }
  }

  static DirectoryWatcher start() throws IOException {
    DirectoryWatcher watcher = new DirectoryWatcher(FileSystems.getDefault().newWatchService());
    Thread thread = new Thread(watcher::run, "muster-file-watch");
    thread.setDaemon(true);
    thread.start();
    return watcher;
  }

  /** Ends the thread. */
  void stop() {
    try {
      service.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  synchronized boolean isIdle() {
    return directories.isEmpty();
  }

  synchronized void add(FileWatch watch) throws IOException {
    Path path = watch.directory();
    Directory directory = directories.get(path);
    if (directory == null) {
      directory =
          new Directory(path.register(service, ENTRY_CREATE, ENTRY_MODIFY), new HashMap<>());
      directories.put(path, directory);
    }
    directory.watchesByFile.computeIfAbsent(watch.file(), file -> new HashSet<>()).add(watch);
  }

  synchronized void remove(FileWatch watch) {
    Directory directory = directories.get(watch.directory());
    if (directory == null) {
      return;
    }
    Map<Path, Set<FileWatch>> watchesByFile = directory.watchesByFile;
    watchesByFile.computeIfPresent(
        watch.file(),
        (file, watches) -> {
          watches.remove(watch);
          return watches.isEmpty() ? null : watches;
        });
    if (watchesByFile.isEmpty()) {
      directory.key.cancel();
      directories.remove(watch.directory());
    }
  }

  private void run() {
    try {
      while (true) {
        dispatch(service.take());
      }
    } catch (ClosedWatchServiceException | InterruptedException e) {
      // Stopped. Remaining waits poll the file.
    }
  }

  private synchronized void dispatch(WatchKey key) {
    Path path = (Path) key.watchable();
    Directory directory = directories.get(path);
    for (WatchEvent<?> event : key.pollEvents()) {
      if (directory == null) {
        continue;
      }
      if (event.context() instanceof Path name) {
        directory.changed(path.resolve(name));
      } else {
        directory.anythingChanged(); // events were lost
      }
    }
    if (!key.reset()) {
      directories.remove(path); // it was deleted; a new one with its name is watched separately
    }
  }
}
