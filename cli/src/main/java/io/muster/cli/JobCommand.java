package io.muster.cli;

import io.muster.admin.ServerRecords;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** {@code muster job}: the options that all its subcommands share. */
@Command(
    name = "job",
    description = {
      "Manage the jobs of a running server, over its control endpoint.",
      "",
      "A job is a store of its own, on a port of its own, for one world of ranks.",
      ""
    })
final class JobCommand {
  private static final String TOKEN_VARIABLE = "MUSTER_ADMIN_TOKEN";
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final Streams streams;
  private final Map<String, String> environment;

  @Option(
      names = "--server",
      scope = ScopeType.INHERIT,
      paramLabel = "HOST:PORT",
      converter = Endpoint.Converter.class,
      description = {
        "The server: the address of one of its jobs, if it runs as this user on this host, or of"
            + " its control endpoint.",
        "Default: the only server that runs as this user on this host."
      })
  private @Nullable Endpoint server;

  @Option(
      names = "--token-file",
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      description = {
        "Take the token of the control endpoint from this file.",
        "Default: the environment variable "
            + TOKEN_VARIABLE
            + ", or else the token of a server that runs as this user on this host."
      })
  private @Nullable Path tokenFile;

  private JobCommand(Streams streams, Map<String, String> environment) {
    this.streams = streams;
    this.environment = environment;
  }

  /** Creates the command with all its subcommands. */
  static CommandLine commandLine(Streams streams, Map<String, String> environment) {
    JobCommand job = new JobCommand(streams, environment);
    return new CommandLine(job)
        .addSubcommand(new JobCreate(job))
        .addSubcommand(new JobList(job))
        .addSubcommand(new JobShow(job))
        .addSubcommand(new JobClear(job))
        .addSubcommand(new JobRemove(job))
        .addSubcommand(new HelpCommand(streams));
  }

  Streams streams() {
    return streams;
  }

  /**
   * Returns a client of the server. It has not connected yet.
   *
   * @throws CommandFailedException if --server is not given and no server is found
   * @throws IllegalArgumentException if --server is not given and several servers run, or if the
   *     given token is invalid
   */
  ControlClient client() {
    RunningServers running = new RunningServers(ServerRecords.ofUser(environment));
    RunningServers.Target target = server == null ? running.only() : running.at(server);
    return new ControlClient(target.url(), givenToken().or(target::token), TIMEOUT);
  }

  private Optional<String> givenToken() {
    if (tokenFile != null) {
      return Optional.of(TokenFile.read("--token-file", tokenFile));
    }
    return Optional.ofNullable(environment.get(TOKEN_VARIABLE))
        .filter(token -> !token.isEmpty())
        .map(token -> TokenFile.requireToken("the environment variable " + TOKEN_VARIABLE, token));
  }
}
