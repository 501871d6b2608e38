package io.muster.testing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/** Which ranks of a world have failed, in that order, and how. Thread-safe. */
final class FailedRanks {
  private final int size;
  private final Map<Integer, Throwable> failures = new LinkedHashMap<>();
  private final Map<Integer, Throwable> leftOver = new LinkedHashMap<>();

  FailedRanks(int size) {
    this.size = size;
  }

  /** Notes how a rank fails. If it has failed before, this comes with it. */
  synchronized void add(int rank, Throwable failure) {
    Throwable earlier = failures.putIfAbsent(rank, failure);
    if (earlier != null && earlier != failure) {
      earlier.addSuppressed(failure);
    }
  }

  /** Notes that the thread of a rank, after a failure, does not end. */
  synchronized void addLeftOver(int rank, Throwable whereabouts) {
    leftOver.put(rank, whereabouts);
  }

  /** If there are any, throws the failure of the first with those of the others. */
  synchronized void report() {
    List<Throwable> reports = new ArrayList<>();
    failures.forEach((rank, failure) -> reports.add(report(rank, failure)));
    leftOver.forEach((rank, whereabouts) -> reports.add(report(rank, whereabouts)));
    if (reports.isEmpty()) {
      return;
    }
    Throwable first = reports.get(0);
    for (Throwable other : reports.subList(1, reports.size())) {
      // Its cause says where it comes from.
      other.setStackTrace(new StackTraceElement[0]);
      first.addSuppressed(other);
    }
    if (first instanceof TestAbortedException aborted) {
      throw aborted;
    }
    throw (AssertionFailedError) first;
  }

  /** A failure of the same kind whose message names the rank. */
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
    boolean speaks = failure instanceof AssertionError || failure instanceof TestAbortedException;
    String message = failure.getMessage();
    return speaks && message != null ? message : failure.toString();
  }
}
