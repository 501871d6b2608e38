package io.muster.launcher.internal.error;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * torchelastic's error file.
 *
 * <p>A worker of PyTorch whose main function has the decorator {@code record} writes it when the
 * function fails:
 *
 * <pre>
 * {"message": {"message": "ValueError: text",
 *              "extraInfo": {"py_callstack": "Traceback…", "timestamp": "1700000000"}}}
 * </pre>
 *
 * <p>In an older form {@code message} is a string.
 *
 * @param message the type and the message of the exception
 * @param stackTrace the stack trace; may be empty
 * @param written when the file was last written
 */
public record ErrorFile(String message, String stackTrace, Instant written) {
  /** The environment variable with the path of the file. */
  public static final String VARIABLE = "TORCHELASTIC_ERROR_FILE";

  /** A worker may write anything; this much of it is read. */
  private static final int MAX_BYTES = 1 << 20;

  private static final JsonFactory JSON = new JsonFactory();

  /** Reads a file; empty if there is none or it cannot be understood. */
  public static Optional<ErrorFile> read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      Instant written = Files.getLastModifiedTime(file).toInstant();
      return parse(in.readNBytes(MAX_BYTES), written);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<ErrorFile> parse(byte[] bytes, Instant written) throws IOException {
    String message = null;
    String stackTrace = "";
    try (JsonParser json = JSON.createParser(bytes)) {
      for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
        if (token == JsonToken.VALUE_STRING) {
          switch (json.getParsingContext().pathAsPointer().toString()) {
            case "/message", "/message/message" -> message = json.getText();
            case "/message/extraInfo/py_callstack" -> stackTrace = json.getText();
            default -> {
              // Such as the time stamp, which has seconds only.
            }
          }
        }
      }
    }
    return message == null
        ? Optional.empty()
        : Optional.of(new ErrorFile(message, stackTrace, written));
  }

  /** Writes the file for an exception, in PyTorch's newer form. */
  public static void write(Path file, Throwable thrown, Instant now) throws IOException {
    StringWriter stackTrace = new StringWriter();
    thrown.printStackTrace(new PrintWriter(stackTrace, true));
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeObjectFieldStart("message");
      json.writeStringField("message", thrown.toString());
      json.writeObjectFieldStart("extraInfo");
      // The name that torchelastic looks for.
      json.writeStringField("py_callstack", stackTrace.toString());
      json.writeStringField("timestamp", Long.toString(now.getEpochSecond()));
      json.writeEndObject();
      json.writeEndObject();
      json.writeEndObject();
    }
    Files.writeString(file, text.toString());
  }
}
