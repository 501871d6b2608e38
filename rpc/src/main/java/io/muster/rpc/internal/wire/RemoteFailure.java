package io.muster.rpc.internal.wire;

import java.io.PrintWriter;
import java.io.Writer;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An exception as it is sent to the caller: as text. */
public record RemoteFailure(String className, String message, String stack) {
  private static final int MAX_MESSAGE = 4 << 10;
  private static final int MAX_STACK = 32 << 10;

  /**
   * Describes an exception as text of limited length. If a method of the exception throws, its name
   * replaces the text that it should have returned.
   */
  public static RemoteFailure of(Throwable thrown) {
    return new RemoteFailure(
        thrown.getClass().getName(),
        cut(textOf(thrown, "getMessage", thrown::getMessage), MAX_MESSAGE),
        textOf(thrown, "printStackTrace", () -> stack(thrown)));
  }

  /** The {@code toString} of an exception, limited in length. */
  public static String describe(Throwable thrown) {
    return cut(textOf(thrown, "toString", thrown::toString), MAX_MESSAGE);
  }

  private static String textOf(Throwable thrown, String method, Supplier<@Nullable String> text) {
    try {
      String result = text.get();
      return result == null ? "" : result;
    } catch (Throwable e) {
      // The methods of an exception may throw anything themselves.
      return String.format(
          Locale.ROOT,
          "(%s.%s threw %s)",
          thrown.getClass().getName(),
          method,
          e.getClass().getName());
    }
  }

  private static String stack(Throwable thrown) {
    PrefixWriter prefix = new PrefixWriter();
    thrown.printStackTrace(new PrintWriter(prefix));
    return prefix.text();
  }

  private static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length) + "…";
  }

  /** Keeps only a prefix of what is written. */
  private static final class PrefixWriter extends Writer {
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
