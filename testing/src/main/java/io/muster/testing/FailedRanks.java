package io.muster.testing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/** The failed ranks of a world, in the order of their failures. Thread-safe. */
final class FailedRanks {
  private final int size;
  private final Map<Integer, Throwable> failures = new LinkedHashMap<>();
  private final Map<Integer, Throwable> leftRunning = new LinkedHashMap<>();

  FailedRanks(int size) {
    this.size = size;
  }

  /** Adds a failure of a rank. It is suppressed by an earlier failure of the same rank. */
  synchronized void add(int rank, Throwable failure) {
    Throwable earlier = failures.putIfAbsent(rank, failure);
    if (earlier != null && earlier != failure) {
      earlier.addSuppressed(failure);
    }
  }

  /** Adds a rank whose thread does not end after a failure. */
  synchronized void addLeftRunning(int rank, Throwable location) {
    leftRunning.put(rank, location);
  }

  /** Throws the first failure if there is one; the others are suppressed exceptions of it. */
  synchronized void report() {
    List<Throwable> reports = new ArrayList<>();
    failures.forEach((rank, failure) -> reports.add(report(rank, failure)));
    leftRunning.forEach((rank, location) -> reports.add(report(rank, location)));
    if (reports.isEmpty()) {
      return;
    }
    Throwable first = reports.get(0);
    for (Throwable other : reports.subList(1, reports.size())) {
      // The stack trace of its cause is the relevant one.
      other.setStackTrace(new StackTraceElement[0]);
      first.addSuppressed(other);
    }
    if (first instanceof TestAbortedException aborted) {
      throw aborted;
    }
    throw (AssertionFailedError) first;
  }

  /** An exception of the same kind, whose message names the rank. */
  private Throwable report(int rank, Throwable failure) {
    String message = new Rank(rank, size) + ": " + description(failure);
    if (failure instanceof TestAbortedException) {
      return new TestAbortedException(message, failure);
    }
    if (failure instanceof AssertionFailedError comparison && comparison.isExpectedDefined()) {
      return new AssertionFailedError(
          message, comparison.getExpected(), comparison.getActual(), failure);
    }
    return new AssertionFailedError(message, failure);
  }

  private static String description(Throwable failure) {
    boolean hasMessage =
        failure instanceof AssertionError || failure instanceof TestAbortedException;
    String message = failure.getMessage();
    return hasMessage && message != null ? message : failure.toString();
  }
}
