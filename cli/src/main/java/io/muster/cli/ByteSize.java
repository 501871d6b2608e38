package io.muster.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A number of bytes in the form {@code 4096}, {@code 64MiB}, {@code 64m} or {@code 1g}. All units
 * are powers of 1024.
 */
record ByteSize(long bytes) {
  private static final Pattern FORM = Pattern.compile("([0-9]+)(?:([kmgt])(?:i?b)?|b)?");

  /** Returns this size, which must be at least 1 byte. */
  ByteSize positive(String option) {
    if (bytes < 1) {
      throw new IllegalArgumentException(option + " must be at least 1 byte but was " + bytes);
    }
    return this;
  }

  /** Returns the size as an {@code int}, the maximum length of an array. */
  int intBytes(String option) {
    if (bytes > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          option + " must be at most " + Integer.MAX_VALUE + " bytes but was " + bytes);
    }
    return (int) bytes;
  }

  /** The size in the largest unit that divides it, such as {@code 8MiB}. */
  @Override
  public String toString() {
    int unit = bytes == 0 ? 0 : Math.min(4, Long.numberOfTrailingZeros(bytes) / 10);
    return (bytes >> (10 * unit)) + (unit == 0 ? "" : "KMGT".charAt(unit - 1) + "iB");
  }

  /** Parses the value of an option. */
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
        throw new TypeConversionException("'" + text + "' is more than 2^63 - 1 bytes");
      }
    }
  }
}
