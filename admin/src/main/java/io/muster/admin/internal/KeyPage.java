package io.muster.admin.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.muster.admin.Problem;
import io.muster.store.internal.text.PrintableText;
import java.net.URLEncoder;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A page of the keys of a job, as a query selects it. Keys are in the order of their bytes.
 *
 * @param limit the maximum number of keys
 * @param after the key before the first of the page
 * @param prefix what the keys begin with
 */
record KeyPage(int limit, Optional<byte[]> after, String prefix) {
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
  private static byte[] key(String after) {
    try {
      return Base64.getUrlDecoder().decode(after);
    } catch (IllegalArgumentException e) {
      throw Problem.badRequest(
          "after must be taken from the link to the next page but was '"
              + PrintableText.of(after)
              + "'");
    }
  }

  /** Selects the keys of the page from all keys of a job, in any order. */
  FirstKeys select(Stream<byte[]> all) {
    byte[] start = prefix.getBytes(UTF_8);
    return FirstKeys.of(
        all.filter(
            key ->
                Arrays.equals(start, 0, start.length, key, 0, Math.min(start.length, key.length))
                    && (after.isEmpty() || Arrays.compareUnsigned(key, after.get()) > 0)),
        limit);
  }

  /** The JSON of the selected keys, and the link to the next page. */
  Map<String, @Nullable Object> json(String job, FirstKeys selected) {
    List<byte[]> keys = selected.keys();
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    members.put("keys", keys.stream().map(KeyPage::json).toList());
    members.put("next", selected.areAll() ? null : link(job, keys.get(keys.size() - 1)));
    return members;
  }

  private static Map<String, Object> json(byte[] key) {
    KeyMember member = KeyMember.of(key);
    return Map.of(member.name(), member.value());
  }

  private String link(String job, byte[] last) {
    String position = Base64.getUrlEncoder().withoutPadding().encodeToString(last);
    return String.format(
        Locale.ROOT,
        "/v1/jobs/%s/keys?limit=%d&prefix=%s&after=%s",
        job,
        limit,
        URLEncoder.encode(prefix, UTF_8),
        position);
  }
}
