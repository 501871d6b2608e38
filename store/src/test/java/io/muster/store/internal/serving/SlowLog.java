package io.muster.store.internal.serving;

import io.muster.store.internal.keyspace.Command;
import io.muster.store.internal.keyspace.CommandLog;
import io.muster.store.internal.keyspace.Keyspace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A log that keeps commands until the test has it apply them, in an order of the test's own. */
final class SlowLog implements CommandLog {
  private record Submitted(Command command, Completion completion) {}

  private final Keyspace keyspace;
  private final List<Submitted> submitted = new ArrayList<>();
  private @Nullable Error failure;

  SlowLog(Keyspace keyspace) {
    this.keyspace = keyspace;
  }

  @Override
  public boolean submit(Command command, Completion completion) {
    Error thrown = failure;
    if (thrown != null) {
      failure = null;
      throw thrown;
    }
    submitted.add(new Submitted(command, completion));
    return false;
  }

  @Override
  public int copies() {
    return 4;
  }

  /** The next command is not accepted. */
  void failNext(Error thrown) {
    failure = thrown;
  }

  /** The number of commands that are neither applied nor failed. */
  int size() {
    return submitted.size();
  }

  /** Applies the oldest command. */
  void commit() {
    commit(0);
  }

  /** Applies the command that was submitted after {@code older} others. */
  void commit(int older) {
    Submitted next = submitted.remove(older);
    next.command.applyTo(keyspace);
    next.completion.completed();
  }

  /** The oldest command will never be applied. */
  void fail(String reason) {
    Submitted next = submitted.remove(0);
    next.command.fail(new IOException(reason));
    next.completion.completed();
  }
}
