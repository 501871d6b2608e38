package io.muster.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A page of documentation from a template, in which <code>${name}</code> stands for a value. */
public final class Page {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([^}]*)}");

  private final String template;
  private final Map<String, String> values = new LinkedHashMap<>();

  private Page(String template) {
    this.template = template;
  }

  /** A page from a file of the resource directory {@code pages}. */
  public static Page of(String name) throws IOException {
    try (InputStream resource = Page.class.getResourceAsStream("/pages/" + name)) {
      if (resource == null) {
        throw new IOException("there is no template pages/" + name);
      }
      return new Page(new String(resource.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  /** Sets what a name stands for. */
  public Page with(String name, Object value) {
    values.put(name, value.toString());
    return this;
  }

  /**
   * The page with all values.
   *
   * @throws IllegalStateException if a name of the template has no value
   */
  public String text() {
    return PLACEHOLDER
        .matcher(template)
        .replaceAll(
            match -> {
              String value = values.get(match.group(1));
              if (value == null) {
                throw new IllegalStateException("no value for " + match.group());
              }
              return Matcher.quoteReplacement(value);
            });
  }
}
