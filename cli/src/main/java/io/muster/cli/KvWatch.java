package io.muster.cli;

import io.muster.store.Change;
import io.muster.store.ChangesMissedException;
import io.muster.store.KeyText;
import io.muster.store.Store;
import io.muster.store.Watcher;
import io.muster.store.internal.text.PrintableText;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code muster kv watch}: prints changes as they happen. */
@Command(
    name = "watch",
    description = {
      "Print the changes of the keys that begin with PREFIX as they happen, one per line: set, deleted"
          + " or cleared, a tab, the key, and for set a tab and the value, both with control characters"
          + " escaped. Without PREFIX, print the changes of all keys.",
      "Runs until it is stopped, or until --count changes. --timeout limits connecting only.",
      "Only Muster's servers support it. Queues are not watched."
    })
final class KvWatch extends KvOperation {
  @Parameters(arity = "0..1", paramLabel = "PREFIX", description = "What the keys begin with.")
  private String keyPrefix = "";

  @Option(
      names = "--json",
      description =
          "Print a JSON object per line: key (key_base64 if it is not UTF-8), value_base64, kind,"
              + " revision.")
  private boolean json;

  @Option(names = "--count", paramLabel = "N", description = "Exit with 0 after N changes.")
  private @Nullable Long count;

  @Option(
      names = "--after",
      paramLabel = "REVISION",
      description = "Begin with the first change after this revision, as --json has printed it.")
  private @Nullable Long after;

  KvWatch(KvCommand kv) {
    super(kv);
  }

  @Override
  void validate() {
    if (count != null && count < 1) {
      throw new IllegalArgumentException("--count must be at least 1 but is " + count);
    }
    if (after != null && after < 0) {
      throw new IllegalArgumentException("--after must be at least 0 but is " + after);
    }
  }

  @Override
  void run(Store store) {
    try (Watcher watcher = after == null ? store.watch(keyPrefix) : store.watch(keyPrefix, after)) {
      long left = count == null ? Long.MAX_VALUE : count;
      while (left > 0) {
        try {
          Optional<Change> change = watcher.next(Store.FOREVER);
          if (change.isPresent()) {
            print(change.get());
            left--;
          }
        } catch (ChangesMissedException e) {
          printMissed(e);
        }
      }
    }
  }

  private void print(Change change) {
    String kind = change.kind().name().toLowerCase(Locale.ROOT);
    if (json) {
      streams().print(KvRecord.of(change, kind));
    } else {
      streams().print(kind + text(change));
    }
  }

  private static String text(Change change) {
    return switch (change.kind()) {
      case CLEARED -> "";
      case DELETED -> "\t" + PrintableText.of(change.key());
      case SET ->
          "\t"
              + PrintableText.of(change.key())
              + "\t"
              + PrintableText.of(KeyText.text(change.value()));
    };
  }

  private void printMissed(ChangesMissedException e) {
    if (json) {
      streams().print(KvRecord.ofMissed(e.revision()));
    } else {
      streams().errWriter().println("muster kv watch: warning: " + e.getMessage());
    }
  }
}
