package io.muster.rpc.internal.wire;

import java.io.PrintWriter;
import java.io.Writer;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An exception as it is sent to the caller: text only. */
public record RemoteFailure(String className, String message, String stack) {
  private static final int MAX_MESSAGE = 4 << 10;
  private static final int MAX_STACK = 32 << 10;

  /**
   * An exception put into words of limited length. Methods of the exception that fail themselves
   * are named in place of what they should have returned.
   */
  public static RemoteFailure of(Throwable thrown) {
    return new RemoteFailure(
        thrown.getClass().getName(),
        cut(saying(thrown, "getMessage", thrown::getMessage), MAX_MESSAGE),
        saying(thrown, "printStackTrace", () -> stack(thrown)));
  }

  /** An exception in one line of limited length, as its {@code toString} says it. */
  public static String describe(Throwable thrown) {
    return cut(saying(thrown, "toString", thrown::toString), MAX_MESSAGE);
  }

  private static String saying(Throwable thrown, String method, Supplier<@Nullable String> text) {
    try {
      String said = text.get();
      return said == null ? "" : said;
    } catch (Throwable e) {
      // Whatever an exception's own methods throw is no reason to say nothing of it.
      return String.format(
          Locale.ROOT,
          "(%s.%s threw %s)",
          thrown.getClass().getName(),
          method,
          e.getClass().getName());
    }
  }

  private static String stack(Throwable thrown) {
    Beginning beginning = new Beginning();
    thrown.printStackTrace(new PrintWriter(beginning));
    return beginning.text();
  }

  private static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length) + "…";
  }

  /** Keeps the beginning of what is written, however much that is. */
  private static final class Beginning extends Writer {
    private final StringBuilder kept = new StringBuilder();
    private boolean isCut;

    @Override
    public void write(char[] buffer, int offset, int length) {
      int taken = Math.min(length, MAX_STACK - kept.length());
      kept.append(buffer, offset, taken);
      isCut |= taken < length;
    }

    String text() {
      return isCut ? kept + "…" : kept.toString();
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
