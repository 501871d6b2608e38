package io.muster.testing;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds the line of the test in the stack of a rank's thread. */
final class StackLocator {
  private StackLocator() {}

  /** An error that says what is wrong and in which line. Its stack trace is that of the thread. */
  static AssertionError of(Thread thread, String wrong) {
    return of(thread, wrong, "");
  }

  /** The same, with an addition at the end of the message. */
  static AssertionError of(Thread thread, String wrong, String addition) {
    StackTraceElement[] stack = thread.getStackTrace();
    String line = line(stack).map(frame -> ", at " + frame).orElse("");
    AssertionError error = new AssertionError(wrong + line + addition);
    error.setStackTrace(stack);
    return error;
  }

  /** The innermost frame that belongs neither to the JDK nor to Muster; empty if there is none. */
  private static Optional<StackTraceElement> line(StackTraceElement[] stack) {
    return Arrays.stream(stack)
        .filter(frame -> !isLibrary(frame.getClassName()))
        .findFirst()
        .filter(frame -> !frame.getClassName().equals(LocalWorld.class.getName()))
        // Omits class loader and module, which are irrelevant here.
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
