package io.muster.testing;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

/** Locates the test code in the stack of a rank's thread. */
final class StackLocator {
  private StackLocator() {}

  /** An error that says what is wrong and in which line, and whose stack trace is the thread's. */
  static AssertionError of(Thread thread, String wrong) {
    return of(thread, wrong, "");
  }

  /** The same, with something to be said after that. */
  static AssertionError of(Thread thread, String wrong, String addition) {
    StackTraceElement[] stack = thread.getStackTrace();
    String line = line(stack).map(frame -> ", at " + frame).orElse("");
    AssertionError error = new AssertionError(wrong + line + addition);
    error.setStackTrace(stack);
    return error;
  }

  /** The line of the body, or of what it calls, that is about neither the JDK nor Muster. */
  private static Optional<StackTraceElement> line(StackTraceElement[] stack) {
    return Arrays.stream(stack)
        .filter(frame -> !isLibrary(frame.getClassName()))
        .findFirst()
        .filter(frame -> !frame.getClassName().equals(LocalWorld.class.getName()))
        // Without the class loader and the module, which say nothing here.
        .map(
            frame ->
                new StackTraceElement(
                    frame.getClassName(),
                    frame.getMethodName(),
                    frame.getFileName(),
                    frame.getLineNumber()));
  }

  private static boolean isLibrary(String className) {
    return Stream.of(
            "java.",
            "jdk.",
            "sun.",
            "io.muster.collectives.",
            "io.muster.rendezvous.",
            "io.muster.store.")
        .anyMatch(className::startsWith);
  }
}
