package io.muster.testing;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

/** Where the thread of a rank is. */
final class Whereabouts {
  private Whereabouts() {}

  /** An error whose stack trace is that of a thread, and whose message ends with the line. */
  static AssertionError of(Thread thread, String message) {
    StackTraceElement[] stack = thread.getStackTrace();
    AssertionError error =
        new AssertionError(message + line(stack).map(line -> ", at " + line).orElse(""));
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
