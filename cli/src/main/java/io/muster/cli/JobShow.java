package io.muster.cli;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code muster job show}: shows a job. */
@Command(
    name = "show",
    description = {
      "Show a job: its addresses, its clients, and what it holds.",
      "Exit code 1 if there is none with the name."
    })
final class JobShow extends JobOperation {
  @Parameters(paramLabel = "NAME", description = "The job.")
  private String name = "";

  @Option(names = "--json", description = "Print a JSON object.")
  private boolean json;

  JobShow(JobCommand job) {
    super(job);
  }

  @Override
  void run(ControlClient client) throws InterruptedException {
    Map<String, Object> job = client.get(path(name));
    if (json) {
      printJson(job);
      return;
    }
    print("name        " + text(job, "name"));
    print("addresses   " + addresses(job));
    print("world size  " + text(job, "world_size"));
    print(
        "clients     "
            + text(job, "connections")
            + " ("
            + text(job, "connections_accepted")
            + " accepted, "
            + text(job, "connections_refused")
            + " refused, "
            + text(job, "connections_broken")
            + " disconnected for errors)");
    print("waits       " + text(job, "waits"));
    print("keys        " + text(job, "keys"));
    print("stored      " + text(job, "stored_bytes") + " bytes");
    print("requests    " + requests(job));
  }

  private static String addresses(Map<String, Object> job) {
    return job.get("addresses") instanceof List<?> addresses
        ? addresses.stream().map(Object::toString).collect(Collectors.joining(" "))
        : "-";
  }

  private static String requests(Map<String, Object> job) {
    String requests =
        job.get("requests") instanceof Map<?, ?> counts
            ? counts.entrySet().stream()
                .map(count -> count.getKey() + " " + count.getValue())
                .collect(Collectors.joining(", "))
            : "";
    return requests.isEmpty() ? "-" : requests;
  }
}
