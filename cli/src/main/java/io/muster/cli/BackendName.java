package io.muster.cli;

import io.muster.store.server.ServerBackend;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The names of the server's backends: {@code event-loop} and {@code threaded}. */
final class BackendName implements ITypeConverter<ServerBackend>, Iterable<String> {
  @Override
  public ServerBackend convert(String text) {
    return Arrays.stream(ServerBackend.values())
        .filter(backend -> nameOf(backend).equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new TypeConversionException(
                    "'"
                        + text
                        + "' is not a backend; choose one of "
                        + String.join(", ", names())));
  }

  /** The names, for shell completion. */
  @Override
  public Iterator<String> iterator() {
    return names().iterator();
  }

  private static List<String> names() {
    return Arrays.stream(ServerBackend.values()).map(BackendName::nameOf).toList();
  }

  private static String nameOf(ServerBackend backend) {
    return backend.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
