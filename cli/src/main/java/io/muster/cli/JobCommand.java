package io.muster.cli;

import io.muster.admin.ServerRecords;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
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
  private static final String CA_VARIABLE = "MUSTER_ADMIN_CA";
  private static final String HTTPS = "https";
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final Streams streams;
  private final Map<String, String> environment;

  @Option(
      names = "--server",
      scope = ScopeType.INHERIT,
      paramLabel = "HOST:PORT",
      converter = ServerAddress.Converter.class,
      description = {
        "The server: the address of one of its jobs, if it runs as this user on this host, or of"
            + " its control endpoint, also as https://HOST:PORT.",
        "Default: the only server that runs as this user on this host."
      })
  private @Nullable ServerAddress server;

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

  @Option(
      names = "--admin-ca",
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      description = {
        "Trust a control endpoint with TLS whose certificate is in this PEM file, or was issued by"
            + " one in it. --server HOST:PORT then means https://.",
        "Default: the environment variable "
            + CA_VARIABLE
            + ", or else what the JDK trusts. A server that runs as this user on this host needs"
            + " neither."
      })
  private @Nullable Path adminCa;

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
   *     given token or file is invalid
   */
  ControlClient client() {
    RunningServers running = new RunningServers(ServerRecords.ofUser(environment));
    Optional<Path> authorities = authorities();
    RunningServers.Target target =
        server == null
            ? running.only()
            : running.at(server, authorities.isPresent() ? HTTPS : "http");
    Optional<SSLContext> tls =
        target
            .certificateSha256()
            .map(ServerTrust::only)
            .or(() -> authorities.filter(f -> isTls(target)).map(this::trusted));
    return new ControlClient(target.url(), tls, givenToken().or(target::token), TIMEOUT);
  }

  private static boolean isTls(RunningServers.Target target) {
    return HTTPS.equals(target.url().getScheme());
  }

  private Optional<Path> authorities() {
    if (adminCa != null) {
      return Optional.of(adminCa);
    }
    return variable(CA_VARIABLE).map(Path::of);
  }

  private SSLContext trusted(Path authorities) {
    try {
      return ServerTrust.issuedBy(authorities);
    } catch (IllegalArgumentException e) {
      String source = adminCa == null ? "the environment variable " + CA_VARIABLE : "--admin-ca";
      throw new IllegalArgumentException(source + ": " + e.getMessage(), e);
    }
  }

  private Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
  }

  private Optional<String> givenToken() {
    if (tokenFile != null) {
      return Optional.of(TokenFile.read("--token-file", tokenFile));
    }
    return variable(TOKEN_VARIABLE)
        .map(token -> TokenFile.requireToken("the environment variable " + TOKEN_VARIABLE, token));
  }
}
