package io.muster.cli;

import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Converts the name of one of several fixed values, which is its {@code toString}. */
abstract class EnumNameConverter<T> implements ITypeConverter<T>, Iterable<String> {
  private final String kind;
  private final List<T> choice;

  /** Creates a converter. {@code kind} describes one of the values, such as "a collective". */
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
                        Locale.ROOT, "'%s' is not %s; choose one of %s", text, kind, names())));
  }

  private String names() {
    return choice.stream().map(Object::toString).collect(Collectors.joining(", "));
  }

  /** The names, for shell completion. */
  @Override
  public final Iterator<String> iterator() {
    return choice.stream().map(Object::toString).iterator();
  }
}
