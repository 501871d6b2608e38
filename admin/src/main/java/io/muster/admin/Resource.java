package io.muster.admin;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * One path of the control endpoint, with a function for each HTTP method that it answers.
 *
 * <pre>{@code
 * Resource version = Resource.at("/v1/version").get(request -> AdminResponse.json(Map.of("version", "1.0")));
 * }</pre>
 *
 * <p>GET needs no token on the endpoint's own host; all other methods need one. The functions run
 * on the HTTP server's threads, several at a time, and may block. They report an error as a {@link
 * Problem}.
 */
public final class Resource {
  private final String path;
  private final Map<String, Function<AdminRequest, AdminResponse>> methods = new TreeMap<>();

  private Resource(String path) {
    this.path = path;
  }

  /**
   * A resource that answers no method yet.
   *
   * @param path a URI template of level 1, such as {@code /v1/jobs/{job}}
   */
  public static Resource at(String path) {
    return new Resource(path);
  }

  /** Answers GET and HEAD with a function. */
  public Resource get(Function<AdminRequest, AdminResponse> function) {
    return method("GET", function);
  }

  /** Answers POST with a function. */
  public Resource post(Function<AdminRequest, AdminResponse> function) {
    return method("POST", function);
  }

  /** Answers DELETE with a function. */
  public Resource delete(Function<AdminRequest, AdminResponse> function) {
    return method("DELETE", function);
  }

  private Resource method(String name, Function<AdminRequest, AdminResponse> function) {
    methods.put(name, function);
    return this;
  }

  /** The path, as a URI template. */
  public String path() {
    return path;
  }

  /** The functions by the name of their method, in upper case. */
  public Map<String, Function<AdminRequest, AdminResponse>> methods() {
    return Collections.unmodifiableMap(methods);
  }
}
