package io.muster.launcher.internal.output;

/** Writes the lines of one worker to a console, each with a prefix. */
public final class PrefixedLines implements LineSink {
  private final Console console;
  private final byte[] prefix;
  private final ByteBuilder lines = new ByteBuilder();

  public PrefixedLines(Console console, byte[] prefix) {
    this.console = console;
    this.prefix = prefix.clone();
  }

  @Override
  public void line(byte[] bytes, int length) {
    lines.write(prefix, 0, prefix.length);
    lines.write(bytes, 0, length);
    lines.write('\n');
  }

  @Override
  public void flush() {
    console.write(lines.array(), lines.size());
    lines.reset();
  }

  @Override
  public void end() {}
}
