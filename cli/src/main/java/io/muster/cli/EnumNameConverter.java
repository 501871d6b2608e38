package io.muster.cli;

import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Converts the names of a fixed choice of values, each of which is named by its {@code toString}
 * says.
 */
abstract class EnumNameConverter<T> implements ITypeConverter<T>, Iterable<String> {
  private final String kind;
  private final List<T> choice;

  /** Names of {@code choice}, each of which is {@code kind}. */
  @SafeVarargs
  @SuppressWarnings("varargs")
  EnumNameConverter(String kind, T... choice) {
    this.kind = kind;
    this.choice = List.of(choice);
  }

  @Override
  public final T convert(String text) {
    return choice.stream()
        .filter(one -> one.toString().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new TypeConversionException(
                    String.format(
                        Locale.ROOT, "'%s' is not %s; there are %s", text, kind, names())));
  }

  private String names() {
    return choice.stream().map(Object::toString).collect(Collectors.joining(", "));
  }

  /** The names, for completion. */
  @Override
  public final Iterator<String> iterator() {
    return choice.stream().map(Object::toString).iterator();
  }
}
