package io.muster.admin;

import java.util.Map;

/**
 * A request to a {@link Resource}.
 *
 * @param parameters the variables of the path, such as {@code job}
 * @param query the parameters of the query; the first value of each
 * @param body the members of the JSON object in the body; empty if there is no body
 */
public record AdminRequest(
    Map<String, String> parameters, Map<String, String> query, Map<String, Object> body) {

  /**
   * Returns a variable of the path.
   *
   * @throws IllegalArgumentException if the path has no such variable
   */
  public String parameter(String name) {
    String value = parameters.get(name);
    if (value == null) {
      throw new IllegalArgumentException("the path has no variable " + name);
    }
    return value;
  }
}
