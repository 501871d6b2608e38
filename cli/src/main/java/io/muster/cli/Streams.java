package io.muster.cli;

import io.muster.store.KeyText;
import io.muster.store.internal.text.PrintableText;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The standard streams of a command. They carry bytes; text is UTF-8. */
record Streams(InputStream in, OutputStream out, OutputStream err) {
  private static final Pattern TERMINAL = Pattern.compile("/dev/(pts/.*|tty.*|console)");
  private static final Pattern SAME_LINE = Pattern.compile("[^\\n\\t]+");

  /** The streams of this process, unbuffered. */
  static Streams ofProcess() {
    return new Streams(
        System.in,
        new FileOutputStream(FileDescriptor.out),
        new FileOutputStream(FileDescriptor.err));
  }

  /** Whether the output is this process's standard output, and that is a terminal. */
  boolean isTerminal() {
    try {
      return out instanceof FileOutputStream file
          && file.getFD() == FileDescriptor.out
          && TERMINAL.matcher(Path.of("/proc/self/fd/1").toRealPath().toString()).matches();
    } catch (IOException e) {
      // A pipe, or a system without /proc.
      return false;
    }
  }

  /** Reads the input to its end, or up to {@code limit} bytes. */
  byte[] read(int limit) {
    try {
      return in.readNBytes(limit);
    } catch (IOException e) {
      throw new CommandFailedException(
          ExitCode.FAILED, "cannot read standard input: " + e.getMessage(), e);
    }
  }

  /** Writes {@code bytes} unchanged to the output. */
  void write(byte[] bytes) {
    try {
      out.write(bytes);
      out.flush();
    } catch (IOException e) {
      throw new CommandFailedException(
          ExitCode.FAILED, "cannot write to standard output: " + e.getMessage(), e);
    }
  }

  /** Writes a value unchanged, or {@link #printable} on a terminal, which would interpret it. */
  void writeValue(byte[] value) {
    write(isTerminal() ? printable(value) : value);
  }

  /** Returns a value with everything escaped that a terminal interprets, but line ends and tabs. */
  static byte[] printable(byte[] value) {
    return SAME_LINE
        .matcher(KeyText.text(value))
        .replaceAll(part -> Matcher.quoteReplacement(PrintableText.of(part.group())))
        .getBytes(StandardCharsets.UTF_8);
  }

  /** Writes {@code text} and a line end to the output. */
  void print(String text) {
    write((text + "\n").getBytes(StandardCharsets.UTF_8));
  }

  PrintWriter outWriter() {
    return new PrintWriter(out, true, StandardCharsets.UTF_8);
  }

  PrintWriter errWriter() {
    return new PrintWriter(err, true, StandardCharsets.UTF_8);
  }
}
