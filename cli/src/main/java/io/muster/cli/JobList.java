package io.muster.cli;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code muster job list}: lists the jobs. */
@Command(
    name = "list",
    description = "List the jobs of the server, with counts that are at most a second old.")
final class JobList extends JobOperation {
  @Option(
      names = "--json",
      description = "Print a JSON object per line, with the members of 'muster job show --json'.")
  private boolean json;

  JobList(JobCommand job) {
    super(job);
  }

  @Override
  void run(ControlClient client) throws InterruptedException {
    List<?> jobs = client.get("/v1/jobs").get("jobs") instanceof List<?> list ? list : List.of();
    if (!json) {
      print(line("JOB", "PORT", "WORLD", "CLIENTS", "WAITS", "KEYS", "BYTES"));
    }
    for (Object each : jobs) {
      if (json) {
        printJson(each);
      } else if (each instanceof Map<?, ?> job) {
        print(
            line(
                text(job, "name"),
                text(job, "port"),
                text(job, "world_size"),
                text(job, "connections"),
                text(job, "waits"),
                text(job, "keys"),
                text(job, "stored_bytes")));
      }
    }
  }

  private static String line(Object... columns) {
    return String.format(Locale.ROOT, "%-24s %6s %6s %8s %6s %8s %12s", columns);
  }
}
