package io.muster.store.internal.keyspace;

/**
 * Accepts commands from connections and applies them to a {@link Keyspace}. A log may keep or
 * replicate commands before it applies them. It applies the commands of one client in the order of
 * submission. Used by the thread that owns the keyspace only.
 */
public interface CommandLog {
  /** The callback for a command that was not applied at once. */
  interface Completion {
    /** The command was applied just now and no other has been since, or it has failed. */
    void completed();
  }

  /**
   * Submits a command, which belongs to the log until it is applied or has failed.
   *
   * @return true if the command was applied, or has failed, by this call. Otherwise {@code
   *     completion} is called once, later, and not within a call of this method.
   */
  boolean submit(Command command, Completion completion);

  /**
   * How many times its {@linkplain Command#bytes bytes} a submitted command takes of the heap until
   * it is applied. 0 if {@link #submit} always returns true.
   */
  default int copies() {
    return 0;
  }

  /** A log that applies each command at once and keeps nothing. */
  static CommandLog inMemory(Keyspace keyspace) {
    return (command, completion) -> {
      command.applyTo(keyspace);
      return true;
    };
  }
}
