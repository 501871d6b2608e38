package io.muster.store;

import java.time.Duration;
import java.util.Optional;

/** A watcher of a {@link PrefixStore}: removes the store's prefix from the keys. */
final class PrefixWatcher implements Watcher {
  private final String prefix;
  private final Watcher watcher;

  PrefixWatcher(String prefix, Watcher watcher) {
    this.prefix = prefix;
    this.watcher = watcher;
  }

  @Override
  public Optional<Change> next(Duration timeout) {
    return watcher.next(timeout).map(this::withoutPrefix);
  }

  private Change withoutPrefix(Change change) {
    return change.kind() == Change.Kind.CLEARED
        ? change
        : new Change(
            change.kind(),
            change.key().substring(prefix.length()),
            change.value(),
            change.revision());
  }

  @Override
  public long revision() {
    return watcher.revision();
  }

  @Override
  public void close() {
    watcher.close();
  }

  @Override
  public String toString() {
    return watcher.toString();
  }
}
