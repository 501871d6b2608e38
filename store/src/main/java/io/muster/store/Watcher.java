package io.muster.store;

import java.time.Duration;
import java.util.Optional;

/**
 * Returns the changes of keys with a prefix, in the order in which the store applied them; from
 * {@link Store#watch(String)}.
 *
 * <pre>{@code
 * try (Watcher watcher = store.watch("members/")) {
 *   List<String> members = store.listKeys();
 *   while (true) {
 *     Optional<Change> change = watcher.next(Duration.ofSeconds(10));
 *     change.ifPresent(c -> System.out.println(c.kind() + " " + c.key()));
 *   }
 * }
 * }</pre>
 *
 * <p>Values that are set, deletions and the deletion of all keys are changes. Queues are not
 * watched. Setting a key to the value that it has is a change.
 *
 * <p><b>Resuming.</b> {@link #revision} is the position after the changes that were returned. A
 * later watcher of the same store can {@linkplain Store#watch(String, long) continue} there. A
 * store keeps a limited number of changes, and only while there are watchers; a server keeps them
 * for a minute longer. A watcher that needs older ones throws {@link ChangesMissedException}.
 *
 * <p><b>Threads.</b> One thread at a time may call {@link #next}. Any thread may call {@link
 * #close} and {@link #revision}.
 */
public interface Watcher extends AutoCloseable {
  /**
   * Returns the next change, and waits for it. An interrupt ends the wait with {@link
   * StoreInterruptedException}, with the interrupt flag set again; the watcher stays usable and has
   * missed nothing.
   *
   * @param timeout how long to wait; {@link Store#FOREVER} for no limit. With zero, the call only
   *     returns a change that has happened already
   * @return the change; empty if there was none in time
   * @throws ChangesMissedException if changes were missed; the watcher continues after them
   * @throws NetworkException if the connection is lost
   * @throws IllegalStateException if the watcher or its store is closed, or another thread is in
   *     this method
   * @throws IllegalArgumentException if {@code timeout} is negative
   */
  Optional<Change> next(Duration timeout);

  /**
   * Returns the position of this watcher: every change up to and including this revision has been
   * returned, or was missed.
   */
  long revision();

  /**
   * Ends the watch. A thread in {@link #next} gets an {@link IllegalStateException}. Closing again
   * has no effect.
   */
  @Override
  void close();
}
