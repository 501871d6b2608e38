package io.muster.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A number of bytes as people write it: {@code 4096}, {@code 64MiB}, {@code 64m}, {@code 1g}. Every
 * unit is a power of 1024.
 */
record ByteSize(long bytes) {
  private static final Pattern FORM = Pattern.compile("([0-9]+)(?:([kmgt])(?:i?b)?|b)?");

  /** The size as an {@code int}, for what an array has to hold. */
  int intBytes(String option) {
    if (bytes > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          option + " is " + bytes + " bytes, the most is " + Integer.MAX_VALUE);
    }
    return (int) bytes;
  }

  /** The size with the largest unit that divides it, as in {@code 8MiB}. */
  @Override
  public String toString() {
    int unit = bytes == 0 ? 0 : Math.min(4, Long.numberOfTrailingZeros(bytes) / 10);
    return (bytes >> (10 * unit)) + (unit == 0 ? "" : "KMGT".charAt(unit - 1) + "iB");
  }

  /** Reads sizes for options. */
  static final class Converter implements ITypeConverter<ByteSize> {
    @Override
    public ByteSize convert(String text) {
      Matcher form = FORM.matcher(text.toLowerCase(Locale.ROOT));
      if (!form.matches()) {
        throw new TypeConversionException(
            "'" + text + "' is not a size such as 4096, 512k, 64MiB or 1g");
      }
      String unit = form.group(2);
      int shift = unit == null ? 0 : 10 * ("kmgt".indexOf(unit) + 1);
      try {
        return new ByteSize(Math.multiplyExact(Long.parseLong(form.group(1)), 1L << shift));
      } catch (ArithmeticException | NumberFormatException e) {
        throw new TypeConversionException("'" + text + "' is more bytes than can be counted");
      }
    }
  }
}
