package io.muster.cli;

import io.muster.store.internal.text.PrintableText;
import java.io.PrintWriter;

/**
 * Prints stack traces for a terminal. Messages of exceptions may quote other processes, so each
 * entry is kept on one line, and control characters are escaped.
 */
final class StackTrace {
  private StackTrace() {}

  /** Prints the stack trace of an exception and its causes. */
  static void print(Throwable thrown, PrintWriter out) {
    thrown.printStackTrace(new EscapingWriter(out));
    out.flush();
  }

  /** {@code Throwable} prints each exception and each frame with one call. */
  private static final class EscapingWriter extends PrintWriter {
    EscapingWriter(PrintWriter out) {
      super(out);
    }

    @Override
    public void println(Object entry) {
      String text = String.valueOf(entry);
      int indentation = 0;
      while (indentation < text.length() && text.charAt(indentation) == '\t') {
        indentation++;
      }
      super.println(text.substring(0, indentation) + PrintableText.of(text.substring(indentation)));
    }
  }
}
