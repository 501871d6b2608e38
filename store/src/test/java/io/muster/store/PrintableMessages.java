package io.muster.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Checks that exceptions quote texts of others in a form that a log and a terminal can show. */
public final class PrintableMessages {
  /** Text that colours a terminal, turns text around, and begins lines of its own. */
  public static final String HOSTILE = "a\u009b31m\u001b[2J\u202eb\u2066\u2028c\nforged\u0085line";

  /** What of it must be seen. */
  private static final String ESCAPED = "a\\u009b31m\\u001b[2J\\u202eb";

  private PrintableMessages() {}

  /** Something throws an exception that quotes {@link #HOSTILE}, escaped, as do all its causes. */
  public static void assertEscapes(ThrowingCallable call) {
    Throwable thrown = catchThrowable(call);
    assertThat(thrown).isNotNull();
    assertThat(thrown.getMessage()).contains(ESCAPED);
    assertPrintable(thrown);
  }

  /** The messages of an exception and of its causes are lines that hide nothing. */
  public static void assertPrintable(Throwable thrown) {
    assertPrintable(thrown.toString());
    for (Throwable suppressed : thrown.getSuppressed()) {
      assertPrintable(suppressed);
    }
    if (thrown.getCause() != null) {
      assertPrintable(thrown.getCause());
    }
  }

  /** A text is one line that hides nothing. */
  public static void assertPrintable(String text) {
    assertThat(text).doesNotContainPattern("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");
  }
}
