package io.muster.launcher.internal.nodes;

import java.time.Instant;

/**
 * The failure of a worker, for the other nodes.
 *
 * @param rank the worker's rank in the world
 * @param localRank its rank on its node
 * @param role its role
 * @param host the name of its node
 * @param pid its process id
 * @param exitCode its exit code
 * @param message the message in its error file; may be empty
 * @param stackTrace the stack trace in its error file; may be empty
 * @param time when it failed, by the clock of its node
 */
public record FirstFailure(
    int rank,
    int localRank,
    String role,
    String host,
    long pid,
    int exitCode,
    String message,
    String stackTrace,
    Instant time) {
  private static final int MAX_TEXT = 64 << 10;

  /** Truncates the message and the stack trace to 64 Ki characters. */
  public FirstFailure {
    message = cut(message);
    stackTrace = cut(stackTrace);
  }

  private static String cut(String text) {
    return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT);
  }

  Fields fields() {
    return new Fields()
        .with("rank", rank)
        .with("local_rank", localRank)
        .with("role", role)
        .with("host", host)
        .with("pid", pid)
        .with("exit_code", exitCode)
        .with("message", message)
        .with("stack_trace", stackTrace)
        .with("time", time);
  }

  static FirstFailure of(Fields fields) {
    return new FirstFailure(
        Math.toIntExact(fields.number("rank")),
        Math.toIntExact(fields.number("local_rank")),
        fields.text("role"),
        fields.text("host"),
        fields.number("pid"),
        Math.toIntExact(fields.number("exit_code")),
        fields.text("message"),
        fields.text("stack_trace"),
        Instant.parse(fields.text("time")));
  }
}
