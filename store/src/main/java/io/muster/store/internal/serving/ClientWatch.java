package io.muster.store.internal.serving;

import io.muster.store.internal.keyspace.AppendedValue;
import io.muster.store.internal.keyspace.ChangeHistory;
import io.muster.store.internal.keyspace.ChangeHistory.Change;
import io.muster.store.internal.keyspace.ChangeHistory.Changes;
import io.muster.store.internal.keyspace.Key;
import io.muster.store.internal.keyspace.Waiter;
import io.muster.store.internal.wire.KeyChanges;
import io.muster.store.internal.wire.LimitException;
import io.muster.store.internal.wire.Protocol;
import io.muster.store.internal.wire.Reply;
import io.muster.store.internal.wire.WireException;
import io.muster.store.internal.wire.WireOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The watch of one client: WAIT_CHANGE and CHANGES.
 *
 * <p>The client reads changes after a revision that it has got from an earlier reply. Between its
 * requests a waiter notes the first change of a key with its prefix. So a client whose keys did not
 * change misses nothing, even if the history does not reach back to its revision any more.
 */
final class ClientWatch {
  /** A reply has about this many bytes of changes, and all changes of its last revision. */
  private static final int ENOUGH_BYTES = 64 * 1024;

  private static final byte[] EMPTY = {};

  private final ServerState state;
  private final ReplySink client;
  private final ClientWaits waits;
  private final LongReply longReply;
  private final ChangeHistory history;
  private final Holding memory;

  /** Whether the job's history is kept for this client. */
  private boolean joined;

  /** Notes the first change after {@link #position}. Null if nothing is noted. */
  private @Nullable FirstChange noted;

  private long position;

  ClientWatch(ServerState state, ReplySink client, ClientWaits waits, LongReply longReply) {
    this.state = state;
    this.client = client;
    this.waits = waits;
    this.longReply = longReply;
    this.history = state.keyspace.history();
    this.memory = new Holding(state.memory.waits, client);
  }

  /** Waits for a change after a revision, or until it is not known whether there was one. */
  void await(byte[] prefix, long after) throws IOException {
    join(prefix);
    waits.beginForChange();
    if (history.mayHaveChanged(prefix, unchangedUntil(prefix, after))) {
      waits.changed();
    } else {
      note(prefix, after);
    }
  }

  /** Replies with the changes after a revision; with the revision only if it is negative. */
  void reply(byte[] prefix, long after) throws IOException {
    join(prefix);
    if (after < 0) {
      tryNote(prefix, history.revision());
      reply().putByte(Reply.FOUND);
      reply().putLong(history.revision());
      reply().putLong(0);
      return;
    }
    long unchanged = unchangedUntil(prefix, after);
    if (!history.isCompleteAfter(unchanged)) {
      replyNotKept(prefix);
      return;
    }
    Changes changes = history.changes(prefix, unchanged, ENOUGH_BYTES);
    try {
      longReply.take(ChangeHistory.heapBytes(changes.changes()));
    } catch (LimitException e) {
      replyNotKept(prefix);
      return;
    }
    if (changes.revision() == history.revision()) {
      tryNote(prefix, changes.revision());
    }
    reply().putByte(Reply.FOUND);
    reply().putLong(changes.revision());
    reply().putLong(changes.changes().size());
    longReply.beginUnstored(new Blobs(changes.changes()));
  }

  private void replyNotKept(byte[] prefix) throws IOException {
    tryNote(prefix, history.revision());
    reply().putByte(Reply.NOT_KEPT);
    reply().putLong(history.revision());
  }

  private void join(byte[] prefix) throws WireException {
    if (prefix.length > Protocol.MAX_WATCHED_PREFIX) {
      throw new WireException(
          "a watch of a prefix of "
              + prefix.length
              + " bytes; the limit is "
              + Protocol.MAX_WATCHED_PREFIX);
    }
    if (!joined) {
      state.history.watcherJoined();
      joined = true;
    }
  }

  /** A revision up to which no key with the prefix has changed since the revision {@code after}. */
  private long unchangedUntil(byte[] prefix, long after) {
    FirstChange first = noted;
    if (first == null || after != position || !Arrays.equals(prefix, first.prefix)) {
      return after;
    }
    return first.isOver() ? first.revision - 1 : history.revision();
  }

  private void tryNote(byte[] prefix, long revision) {
    try {
      // A pending wait needs what was noted for it.
      if (!waits.awaitsChange()) {
        note(prefix, revision);
      }
    } catch (LimitException e) {
      // Without it the client may miss changes if the history becomes too short.
      return;
    }
  }

  /** Notes the first change from now on. None has been since {@code revision}. */
  private void note(byte[] prefix, long revision) throws LimitException {
    forget();
    long unchanged = history.revision();
    memory.change(ServerMemory.WAIT_FOR_KEY + (long) prefix.length);
    FirstChange first = new FirstChange(prefix);
    boolean changed = history.mayHaveChanged(prefix, unchanged);
    if (!changed) {
      state.waiters.registerForChange(first, prefix);
    }
    noted = first;
    position = revision;
    if (changed) {
      // The memory was taken from a client whose arrival at a barrier was withdrawn.
      first.noteChange(unchanged + 1);
    }
  }

  private void forget() {
    FirstChange first = noted;
    if (first != null) {
      noted = null;
      state.waiters.forget(first);
    }
    memory.giveBack();
  }

  /** The client has disconnected. */
  void close() {
    forget();
    if (joined) {
      joined = false;
      state.history.watcherLeft();
    }
  }

  private WireOutput reply() {
    return client.replies();
  }

  private final class FirstChange extends Waiter {
    private final byte[] prefix;

    /** The revision of the change, once it is over. */
    private long revision;

    FirstChange(byte[] prefix) {
      this.prefix = prefix;
    }

    @Override
    protected void released(@Nullable Key queue) {
      noteChange(history.revision());
    }

    private void noteChange(long changed) {
      revision = changed;
      waits.changed();
    }
  }

  /** The blobs of changes, as {@link KeyChanges} reads them. */
  private static final class Blobs implements Iterator<Object> {
    private final List<Change> changes;
    private int next;

    Blobs(List<Change> changes) {
      this.changes = changes;
    }

    @Override
    public boolean hasNext() {
      return next < 2 * changes.size();
    }

    @Override
    public Object next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      Change change = changes.get(next / 2);
      boolean isHead = next++ % 2 == 0;
      return isHead ? head(change) : value(change);
    }

    private static byte[] head(Change change) {
      byte[] key = change.key();
      int kind =
          key == null
              ? KeyChanges.CLEARED
              : change.value() == null ? KeyChanges.DELETED : KeyChanges.SET;
      return KeyChanges.head(change.revision(), kind, key == null ? EMPTY : key);
    }

    /** A byte array or an {@link AppendedValue}. */
    private static Object value(Change change) {
      Object value = change.value();
      return value == null ? EMPTY : value;
    }
  }
}
