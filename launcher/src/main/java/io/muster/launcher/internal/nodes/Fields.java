package io.muster.launcher.internal.nodes;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.muster.store.ProtocolException;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** A value in the store of the nodes: a JSON object whose members are strings. */
final class Fields {
  private static final JsonFactory JSON = new JsonFactory();

  private final Map<String, String> members;

  private Fields(Map<String, String> members) {
    this.members = members;
  }

  Fields() {
    this(new LinkedHashMap<>());
  }

  Fields with(String name, Object value) {
    members.put(name, value.toString());
    return this;
  }

  /**
   * Parses a value.
   *
   * @throws ProtocolException if it is not a JSON object of strings
   */
  static Fields parse(String json) {
    Fields fields = new Fields();
    try (JsonParser parser = JSON.createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("expected an object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        if (parser.nextToken() != JsonToken.VALUE_STRING) {
          throw new IOException("expected a string at " + name);
        }
        fields.members.put(name, parser.getText());
      }
      return fields;
    } catch (IOException e) {
      throw new ProtocolException("reading what another launcher wrote failed: " + e, e);
    }
  }

  /**
   * Returns a member.
   *
   * @throws ProtocolException if there is none
   */
  String text(String name) {
    String value = members.get(name);
    if (value == null) {
      throw new ProtocolException(
          "another launcher wrote " + members.keySet() + " without " + name, null);
    }
    return value;
  }

  /**
   * Returns a member that is a number.
   *
   * @throws ProtocolException if there is none
   */
  long number(String name) {
    try {
      return Long.parseLong(text(name));
    } catch (NumberFormatException e) {
      throw new ProtocolException("another launcher wrote a " + name + " that is no number", e);
    }
  }

  @Override
  public String toString() {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      for (Map.Entry<String, String> member : members.entrySet()) {
        json.writeStringField(member.getKey(), member.getValue());
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }
}
