package io.muster.rpc.internal.wire;

import java.io.PrintWriter;
import java.io.StringWriter;

/** What is said over the wire of an exception: text only. */
public record Thrown(String className, String message, String stack) {
  private static final int MAX_MESSAGE = 4 << 10;
  private static final int MAX_STACK = 32 << 10;

  /** An exception put into words of limited length. */
  public static Thrown of(Throwable thrown) {
    StringWriter stack = new StringWriter();
    thrown.printStackTrace(new PrintWriter(stack));
    String message = thrown.getMessage();
    return new Thrown(
        thrown.getClass().getName(),
        cut(message == null ? "" : message, MAX_MESSAGE),
        cut(stack.toString(), MAX_STACK));
  }

  private static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length) + "…";
  }
}
