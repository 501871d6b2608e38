package io.muster.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code muster job remove}: removes a job. */
@Command(
    name = "remove",
    description = {
      "Remove a job: close its port, disconnect its clients, and delete its keys.",
      "Exit code 1 if there is none with the name."
    })
final class JobRemove extends JobOperation {
  @Parameters(paramLabel = "NAME", description = "The job.")
  private String name = "";

  JobRemove(JobCommand job) {
    super(job);
  }

  @Override
  void run(ControlClient client) throws InterruptedException {
    client.delete(path(name));
  }
}
