package io.muster.admin.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.muster.admin.Problem;
import io.muster.store.KeyText;
import io.muster.store.internal.text.PrintableText;
import java.net.URLEncoder;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which of the sorted keys of a job are asked for.
 *
 * @param limit the maximum number of keys
 * @param after the key before the first of the page
 * @param prefix what the keys begin with
 */
record KeyPage(int limit, Optional<String> after, String prefix) {
  private static final String LIMIT = "limit";
  private static final String AFTER = "after";
  private static final String PREFIX = "prefix";

  private static final int DEFAULT_LIMIT = 100;
  private static final int MAX_LIMIT = 1000;

  /**
   * The page that the parameters of a query name.
   *
   * @throws Problem if a parameter is unknown or invalid
   */
  static KeyPage of(Map<String, String> query) {
    Members.requireKnown("query parameter", query.keySet(), Set.of(LIMIT, AFTER, PREFIX));
    return new KeyPage(
        limit(query.get(LIMIT)),
        Optional.ofNullable(query.get(AFTER)).map(KeyPage::key),
        query.getOrDefault(PREFIX, ""));
  }

  private static int limit(@Nullable String text) {
    if (text == null) {
      return DEFAULT_LIMIT;
    }
    int limit = text.matches("[0-9]{1,6}") ? Integer.parseInt(text) : 0;
    if (limit < 1 || limit > MAX_LIMIT) {
      throw Problem.badRequest(
          "limit must be 1 to " + MAX_LIMIT + " but was '" + PrintableText.of(text) + "'");
    }
    return limit;
  }

  /** Keys are any bytes, so a position among them is Base64. */
  private static String key(String after) {
    try {
      return KeyText.text(Base64.getUrlDecoder().decode(after));
    } catch (IllegalArgumentException e) {
      throw Problem.badRequest(
          "after must be taken from the link to the next page but was '"
              + PrintableText.of(after)
              + "'");
    }
  }

  /** Returns the page of all sorted keys of a job. */
  Map<String, @Nullable Object> json(String job, List<String> all) {
    int first = position(all, prefix, false);
    if (after.isPresent()) {
      first = Math.max(first, position(all, after.get(), true));
    }
    int end = first;
    while (end < all.size() && end - first < limit && all.get(end).startsWith(prefix)) {
      end++;
    }
    boolean more = end < all.size() && all.get(end).startsWith(prefix);
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    members.put("keys", all.subList(first, end).stream().map(KeyPage::json).toList());
    members.put("next", more ? link(job, all.get(end - 1)) : null);
    return members;
  }

  /** The index of the first key that is not less than a key, or greater. */
  private static int position(List<String> sorted, String key, boolean greater) {
    int index = Collections.binarySearch(sorted, key);
    return index < 0 ? -index - 1 : index + (greater ? 1 : 0);
  }

  private static Map<String, Object> json(String key) {
    byte[] bytes = KeyText.bytes(key);
    return new String(bytes, UTF_8).equals(key)
        ? Map.of("key", key)
        : Map.of("key_base64", Base64.getEncoder().encodeToString(bytes));
  }

  private String link(String job, String last) {
    String position = Base64.getUrlEncoder().withoutPadding().encodeToString(KeyText.bytes(last));
    return String.format(
        Locale.ROOT,
        "/v1/jobs/%s/keys?limit=%d&prefix=%s&after=%s",
        job,
        limit,
        URLEncoder.encode(prefix, UTF_8),
        position);
  }
}
