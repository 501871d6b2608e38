package io.muster.admin.internal;

import io.muster.admin.Problem;
import io.muster.store.internal.text.PrintableText;
import java.math.BigInteger;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The members of the JSON object in a request's body, checked. Null is as if it were absent. */
final class Members {
  private final Map<String, Object> members;

  /**
   * Members of a request.
   *
   * @throws Problem if one is not known
   */
  Members(Map<String, Object> members, String... known) {
    this.members = members;
    requireKnown("member", members.keySet(), Set.of(known));
  }

  /**
   * Checks the names of members or parameters.
   *
   * @throws Problem if one is not known
   */
  static void requireKnown(String kind, Set<String> names, Set<String> known) {
    for (String name : names) {
      if (!known.contains(name)) {
        String expected =
            known.isEmpty() ? "none" : "one of " + String.join(", ", new TreeSet<>(known));
        throw Problem.badRequest(
            "unknown " + kind + " '" + PrintableText.of(name) + "'; expected " + expected);
      }
    }
  }

  /**
   * Returns a string.
   *
   * @throws Problem if it is missing or something else
   */
  String text(String name) {
    if (members.get(name) instanceof String text) {
      return text;
    }
    throw wrong(name, "a string", members.get(name));
  }

  /**
   * Returns an integer, if there is one.
   *
   * @throws Problem if it is something else, or has more than 32 bits
   */
  OptionalInt number(String name) {
    Object value = members.get(name);
    if (value == null) {
      return OptionalInt.empty();
    }
    if (value instanceof Integer number) {
      return OptionalInt.of(number);
    }
    boolean isLong = value instanceof Long || value instanceof BigInteger;
    throw wrong(name, isLong ? "an integer of 32 bits" : "an integer", value);
  }

  /**
   * Returns a boolean; false if there is none.
   *
   * @throws Problem if it is something else
   */
  boolean flag(String name) {
    Object value = members.get(name);
    if (value == null) {
      return false;
    }
    if (value instanceof Boolean flag) {
      return flag;
    }
    throw wrong(name, "true or false", value);
  }

  private static Problem wrong(String name, String expected, @Nullable Object seen) {
    return Problem.badRequest(
        "the member '"
            + name
            + "' must be "
            + expected
            + (seen == null ? " but is missing" : " but was " + PrintableText.of(seen.toString())));
  }
}
