package io.muster.admin;

import java.util.LinkedHashMap;
import java.util.Map;

/** A request that fails, as an RFC 9457 problem: a status, a title, and the reason. */
public final class Problem extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String title;
  private final transient Map<String, String> headers;

  private Problem(int status, String title, String detail, Map<String, String> headers) {
    super(detail);
    this.status = status;
    this.title = title;
    this.headers = headers;
  }

  /** 400: the request is wrong, and is wrong again if it is sent again. */
  public static Problem badRequest(String detail) {
    return new Problem(400, "Bad Request", detail, Map.of());
  }

  /** 401: a token is needed, or the token is another. */
  public static Problem unauthorized(String detail) {
    return new Problem(401, "Unauthorized", detail, Map.of("WWW-Authenticate", "Bearer"));
  }

  /** 403: refused with any token. */
  public static Problem forbidden(String detail) {
    return new Problem(403, "Forbidden", detail, Map.of());
  }

  /** 404: the resource does not exist. */
  public static Problem notFound(String detail) {
    return new Problem(404, "Not Found", detail, Map.of());
  }

  /** 405: the resource does not answer the method. */
  public static Problem methodNotAllowed(String detail, String allowed) {
    return new Problem(405, "Method Not Allowed", detail, Map.of("Allow", allowed));
  }

  /** 409: the state of the server does not allow it, such as a name that is taken. */
  public static Problem conflict(String detail) {
    return new Problem(409, "Conflict", detail, Map.of());
  }

  /** 413: the body is too long. */
  public static Problem contentTooLarge(String detail) {
    return new Problem(413, "Content Too Large", detail, Map.of());
  }

  /** 500: the server has a bug. */
  public static Problem internalError(String detail) {
    return new Problem(500, "Internal Server Error", detail, Map.of());
  }

  /** 503: the server cannot do it now. */
  public static Problem unavailable(String detail) {
    return new Problem(503, "Service Unavailable", detail, Map.of());
  }

  /**
   * Any status of 400 to 599.
   *
   * @param title the text of the status, such as "Bad Request"
   */
  public static Problem of(int status, String title, String detail) {
    return new Problem(status, title, detail, Map.of());
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** The response, of type {@code application/problem+json}. */
  public AdminResponse response() {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("title", title);
    members.put("status", status);
    members.put("detail", getMessage());
    AdminResponse json = AdminResponse.json(status, "application/problem+json", members);
    Map<String, String> all = new LinkedHashMap<>(json.headers());
    all.putAll(headers);
    return new AdminResponse(status, all, json.body());
  }
}
