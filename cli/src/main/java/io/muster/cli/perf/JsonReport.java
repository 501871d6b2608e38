package io.muster.cli.perf;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/** A run as one JSON document, which {@code docs/cli.md} describes. */
public record JsonReport(Plan plan, int worldSize, Summary summary) {
  /** The document, without a line end. */
  public String text() {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.useDefaultPrettyPrinter();
      json.writeStartObject();
      json.writeStringField("collective", plan.collective().toString());
      json.writeNumberField("world_size", worldSize);
      json.writeStringField("dtype", plan.typeName());
      json.writeStringField("op", plan.reductionName());
      json.writeNumberField("root", plan.rootIfAny().orElse(-1));
      json.writeBooleanField("checked", plan.check());
      json.writeArrayFieldStart("sizes");
      for (Measurement measurement : summary.measurements()) {
        write(json, measurement);
      }
      json.writeEndArray();
      writeWrong(json, summary.wrong());
      json.writeNumberField("average_bus_gb_per_s", summary.averageBusGigabytes());
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private void write(JsonGenerator json, Measurement measurement) throws IOException {
    json.writeStartObject();
    json.writeNumberField("bytes", measurement.size().bytes());
    json.writeNumberField("count", measurement.size().count());
    json.writeNumberField("warm_ups", measurement.size().warmUps());
    json.writeNumberField("iterations", measurement.size().iterations());
    json.writeNumberField("time_us", measurement.micros());
    json.writeNumberField("algorithm_gb_per_s", measurement.algorithmGigabytes());
    json.writeNumberField("bus_gb_per_s", measurement.busGigabytes());
    writeWrong(json, measurement.wrong().orElse(0));
    json.writeEndObject();
  }

  private void writeWrong(JsonGenerator json, long wrong) throws IOException {
    if (plan.check()) {
      json.writeNumberField("wrong", wrong);
    } else {
      json.writeNullField("wrong");
    }
  }
}
