package io.muster.admin;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The answer of a {@link Resource}. Immutable. */
public final class AdminResponse {
  /** Non-ASCII characters are escaped, so that the text is safe on a terminal. */
  private static final JSON ASCII =
      JSON.builder(JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build())
          .enable(JSON.Feature.WRITE_NULL_PROPERTIES)
          .build();

  private final int status;
  private final Map<String, String> headers;
  private final byte[] body;

  AdminResponse(int status, Map<String, String> headers, byte[] body) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  /** 200 with JSON of maps, lists, strings, numbers, booleans and null, in ASCII. */
  public static AdminResponse json(Object value) {
    return json(200, "application/json", value);
  }

  /** 200 with plain text in UTF-8. */
  public static AdminResponse text(String text) {
    return text(200, text);
  }

  /** Plain text in UTF-8 with a status. */
  public static AdminResponse text(int status, String text) {
    return new AdminResponse(
        status,
        Map.of("Content-Type", "text/plain; charset=utf-8"),
        text.getBytes(StandardCharsets.UTF_8));
  }

  /** 201 with the path and the JSON of a new resource. */
  public static AdminResponse created(String path, Object value) {
    return new AdminResponse(
        201, Map.of("Content-Type", "application/json", "Location", path), json(value).body);
  }

  /** 204 without a body. */
  public static AdminResponse noContent() {
    return new AdminResponse(204, Map.of(), new byte[0]);
  }

  static AdminResponse json(int status, String contentType, Object value) {
    try {
      return new AdminResponse(status, Map.of("Content-Type", contentType), ASCII.asBytes(value));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** The headers, such as {@code Content-Type}, by name. */
  public Map<String, String> headers() {
    return headers;
  }

  /** A copy of the body. */
  public byte[] body() {
    return body.clone();
  }
}
