package io.muster.cli;

import io.muster.admin.AdminResponse;
import io.muster.store.internal.text.PrintableText;
import io.muster.store.server.JobOptions;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** One operation on the jobs of a server. */
abstract class JobOperation implements Callable<Integer> {
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

  /** Prints a JSON object on one line, in ASCII, as the control endpoint sends it. */
  final void printJson(Object members) {
    byte[] json = AdminResponse.json(members).body();
    job.streams().print(new String(json, StandardCharsets.US_ASCII));
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
