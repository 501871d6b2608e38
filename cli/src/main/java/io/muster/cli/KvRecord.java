package io.muster.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import io.muster.admin.internal.KeyMember;
import io.muster.store.Change;
import io.muster.store.KeyText;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A {@link KeyMember key}, and perhaps its value or a change of it, as a JSON object on one line.
 */
final class KvRecord {
  private static final String VALUE_BASE64 = "value_base64";
  private static final String KIND = "kind";
  private static final String VALUE = "value";
  private static final String REVISION = "revision";
  private static final String MISSED = "missed";

  /** Non-ASCII characters are escaped, so that the text is safe on a terminal. */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
          .build();

  private KvRecord() {}

  /** Returns the object of a key without its value. */
  static String ofKey(String key) {
    return write(json -> writeRecord(json, key, null, VALUE));
  }

  /** Returns the object of a key and its value. */
  static String of(String key, byte[] value) {
    return write(json -> writeRecord(json, key, value, VALUE));
  }

  /** Returns the object of a change. */
  static String of(Change change, String kind) {
    return write(
        json -> {
          switch (change.kind()) {
            case SET -> writeRecord(json, change.key(), change.value(), kind);
            case DELETED -> writeRecord(json, change.key(), null, kind);
            case CLEARED -> json.writeStringField(KIND, kind);
          }
          json.writeNumberField(REVISION, change.revision());
        });
  }

  /** Returns the object that says that changes were missed. */
  static String ofMissed(long revision) {
    return write(
        json -> {
          json.writeStringField(KIND, MISSED);
          json.writeNumberField(REVISION, revision);
        });
  }

  private interface Fields {
    void write(JsonGenerator json) throws IOException;
  }

  private static void writeRecord(
      JsonGenerator json, String key, byte @Nullable [] value, String kind) throws IOException {
    KeyMember member = KeyMember.of(KeyText.bytes(key));
    json.writeStringField(member.name(), member.value());
    if (value != null) {
      json.writeBinaryField(VALUE_BASE64, value);
    }
    json.writeStringField(KIND, kind);
  }

  private static String write(Fields fields) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      fields.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  /**
   * Reads the objects of keys and values, and passes each to {@code each}.
   *
   * @throws IllegalArgumentException if the input is something else
   * @throws IOException if the input cannot be read
   */
  static void readAll(InputStream in, BiConsumer<String, byte[]> each) throws IOException {
    try (JsonParser json = JSON.createParser(in)) {
      for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
        if (token != JsonToken.START_OBJECT) {
          throw new JsonParseException(json, "expected an object");
        }
        read(json, each);
      }
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      throw new IllegalArgumentException(
          "line "
              + line
              + " of standard input is not a line of dump --json: "
              + e.getOriginalMessage()
              + "; the lines before it are loaded",
          e);
    }
  }

  private static void read(JsonParser json, BiConsumer<String, byte[]> each) throws IOException {
    Optional<String> key = Optional.empty();
    Optional<byte[]> value = Optional.empty();
    String kind = VALUE;
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      JsonToken token = json.nextToken();
      switch (name) {
        case KeyMember.TEXT -> key = Optional.of(json.getText());
        case KeyMember.BASE64 -> key = Optional.of(KeyText.text(json.getBinaryValue()));
        case VALUE_BASE64 -> value = Optional.of(json.getBinaryValue());
        case KIND -> kind = json.getText();
        default -> {
          if (token.isStructStart()) {
            json.skipChildren();
          }
        }
      }
    }
    if (!kind.equals(VALUE)) {
      throw new JsonParseException(json, "unknown kind '" + kind + "'; expected '" + VALUE + "'");
    }
    if (key.isEmpty() || value.isEmpty()) {
      throw new JsonParseException(json, "expected " + KeyMember.TEXT + " and " + VALUE_BASE64);
    }
    each.accept(key.get(), value.get());
  }
}
