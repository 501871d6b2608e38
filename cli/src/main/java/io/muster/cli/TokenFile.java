package io.muster.cli;

import io.muster.admin.AdminOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file with the bearer token of a control endpoint. */
final class TokenFile {
  private TokenFile() {}

  /**
   * Reads the token: the file without white space at both ends.
   *
   * @param option the option that names the file
   * @throws IllegalArgumentException if the file cannot be read or has no token
   */
  static String read(String option, Path file) {
    String token;
    try {
      token = Files.readString(file, StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new IllegalArgumentException(option + " " + file + " cannot be read: " + e, e);
    }
    return requireToken(option + " " + file, token);
  }

  /**
   * Returns a token.
   *
   * @param source where it is from
   * @throws IllegalArgumentException if it is not a token
   */
  static String requireToken(String source, String token) {
    try {
      var unused = AdminOptions.builder().token(token);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(source + ": " + e.getMessage(), e);
    }
    return token;
  }
}
