package io.muster.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code muster job clear}: deletes the keys of a job. */
@Command(
    name = "clear",
    description = {
      "Delete all keys and queues of a job, so that the next world finds nothing of the last one.",
      "Clients stay connected unless --disconnect is given. The port stays the same.",
      "Exit code 1 if there is no job with the name."
    })
final class JobClear extends JobOperation {
  @Parameters(paramLabel = "NAME", description = "The job.")
  private String name = "";

  @Option(names = "--disconnect", description = "Disconnect all clients of the job first.")
  private boolean disconnect;

  JobClear(JobCommand job) {
    super(job);
  }

  @Override
  void run(ControlClient client) throws InterruptedException {
    var unused = client.post(path(name) + "/clear", Map.of("disconnect", disconnect));
  }
}
