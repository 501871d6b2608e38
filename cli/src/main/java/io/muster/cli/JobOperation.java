package io.muster.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.jr.ob.JSON;
import io.muster.store.internal.text.PrintableText;
import io.muster.store.server.JobOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** One operation on the jobs of a server. */
abstract class JobOperation implements Callable<Integer> {
  /** Non-ASCII characters are escaped, so that the text is safe on a terminal. */
  private static final JSON ASCII =
      JSON.builder(JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build())
          .enable(JSON.Feature.WRITE_NULL_PROPERTIES)
          .build();

  private final JobCommand job;

  JobOperation(JobCommand job) {
    this.job = job;
  }

  @Override
  public final Integer call() throws InterruptedException {
    run(job.client());
    return ExitCode.OK;
  }

  /** Runs the operation. {@link Failures} reports its exceptions. */
  abstract void run(ControlClient client) throws InterruptedException;

  /** Prints a line of text, with what a terminal would interpret escaped. */
  final void print(String line) {
    job.streams().print(PrintableText.of(line));
  }

  /** Prints a JSON object on one line. */
  final void printJson(Object members) {
    try {
      job.streams().print(ASCII.asString(members));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The path of the resource of a job.
   *
   * @throws IllegalArgumentException if no job can have the name
   */
  static String path(String name) {
    return "/v1/jobs/" + JobOptions.of(name).name();
  }

  /** A member as text; a hyphen if there is none. */
  static String text(Map<?, ?> members, String name) {
    @Nullable Object value = members.get(name);
    return value == null ? "-" : value.toString();
  }
}
