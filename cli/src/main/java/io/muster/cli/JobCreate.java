package io.muster.cli;

import io.muster.store.server.JobOptions;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code muster job create}: creates a job. */
@Command(
    name = "create",
    description = {
      "Create a job, and print its port.",
      "Without PORT, any free port. The job ends with the server, or by 'muster job remove'."
    })
final class JobCreate extends JobOperation {
  @Parameters(
      paramLabel = "NAME[:PORT][,world-size=N]",
      converter = JobArgument.class,
      description = "The job.")
  private JobOptions options = JobOptions.of(JobOptions.DEFAULT_NAME);

  JobCreate(JobCommand job) {
    super(job);
  }

  @Override
  void run(ControlClient client) throws InterruptedException {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("name", options.name());
    members.put("port", options.port());
    options.worldSize().ifPresent(ranks -> members.put("world_size", ranks));
    print(text(client.post("/v1/jobs", members), "port"));
  }
}
