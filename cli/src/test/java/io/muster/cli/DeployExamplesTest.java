package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.store.server.StoreServerOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** The files in {@code examples/deploy} agree with the command line, and with each other. */
class DeployExamplesTest {
  private static final Path EXAMPLES = Path.of("..", "examples");
  private static final Path DEPLOY = EXAMPLES.resolve("deploy");
  private static final Streams NONE =
      new Streams(
          InputStream.nullInputStream(), new ByteArrayOutputStream(), new ByteArrayOutputStream());

  private static String read(String file) throws IOException {
    return Files.readString(DEPLOY.resolve(file));
  }

  /** The documents of a file by their kind. */
  private static Map<String, Object> documents(String file) throws IOException {
    Map<String, Object> byKind = new HashMap<>();
    for (Object document : new Yaml(new SafeConstructor(new LoaderOptions())).loadAll(read(file))) {
      byKind.put(text(document, "kind"), document);
    }
    return byKind;
  }

  /** What is at a path of names and indices. */
  private static Object at(Object node, Object... path) {
    Object here = node;
    for (Object step : path) {
      Object next =
          step instanceof Integer i ? ((List<?>) here).get(i) : ((Map<?, ?>) here).get(step);
      here = Objects.requireNonNull(next, () -> step + " of " + List.of(path));
    }
    return here;
  }

  private static String text(Object node, Object... path) {
    return at(node, path).toString();
  }

  private static List<?> list(Object node, Object... path) {
    return (List<?>) at(node, path);
  }

  /** The values of one member in a list, by those of another. */
  private static Map<String, String> pairs(List<?> list, String key, String value) {
    return list.stream()
        .filter(entry -> ((Map<?, ?>) entry).containsKey(value))
        .collect(Collectors.toMap(entry -> text(entry, key), entry -> text(entry, value)));
  }

  /** Parses the options of {@code muster serve}, of which variables stand for some. */
  private static ParseResult serve(Map<String, String> environment, List<String> args) {
    CommandLine serve = ServeCommand.commandLine(NONE, environment);
    Set<String> known =
        serve.getCommandSpec().options().stream()
            .map(option -> variable("MUSTER_", option.longestName()))
            .collect(Collectors.toCollection(TreeSet::new));
    known.add("MUSTER_JAVA_OPTS");
    assertThat(known).containsAll(matches("MUSTER_[A-Z_]+", environment.keySet().toString()));
    return serve.parseArgs(args.toArray(String[]::new));
  }

  private static String variable(String prefix, String option) {
    return prefix + option.replaceFirst("^--", "").replace('-', '_').toUpperCase(Locale.ROOT);
  }

  private static List<String> matches(String regex, String text) {
    return Pattern.compile(regex).matcher(text).results().map(MatchResult::group).toList();
  }

  private static int adminPort(ParseResult serve) {
    InetSocketAddress admin = serve.commandSpec().findOption("--admin").getValue();
    return admin.getPort();
  }

  @Test
  void server_listensWhereServiceAndProbesConnect() throws IOException {
    Map<String, Object> documents = documents("server.yaml");
    Object pod = at(documents, "Deployment", "spec", "template");
    Object container = at(pod, "spec", "containers", 0);
    List<String> args = list(container, "args").stream().map(Object::toString).toList();

    ParseResult serve = serve(pairs(list(container, "env"), "name", "value"), args);

    Map<String, String> ports = pairs(list(container, "ports"), "name", "containerPort");
    assertThat(ports)
        .containsEntry("store", String.valueOf(StoreServerOptions.PYTORCH_PORT))
        .containsEntry("control", String.valueOf(adminPort(serve)));
    assertThat(serve.commandSpec().findOption("--port").<Object>getValue()).isNull();
    assertThat(pairs(list(documents, "Service", "spec", "ports"), "name", "port")).isEqualTo(ports);
    for (String probe : List.of("readinessProbe", "livenessProbe")) {
      assertThat(text(container, probe, "httpGet", "port")).isEqualTo("control");
    }
    Object labels = at(pod, "metadata", "labels");
    assertThat(at(documents, "Service", "spec", "selector")).isEqualTo(labels);
    assertThat(at(documents, "Deployment", "spec", "selector", "matchLabels")).isEqualTo(labels);
    assertThat(at(documents, "NetworkPolicy", "spec", "podSelector", "matchLabels"))
        .isEqualTo(labels);

    Map<String, String> mounts = pairs(list(container, "volumeMounts"), "name", "mountPath");
    assertThat(serve.commandSpec().findOption("--admin-token-file").<Path>getValue())
        .isEqualTo(Path.of(Objects.requireNonNull(mounts.get("token")), "token"));
    assertThat(pairs(list(container, "env"), "name", "value"))
        .containsEntry("XDG_RUNTIME_DIR", mounts.get("run"));
    assertThat(pairs(list(pod, "spec", "volumes"), "name", "name").keySet())
        .isEqualTo(mounts.keySet());
  }

  @Test
  void trainJob_runsACommandThatIsAccepted_withVariablesThatAreRead() throws IOException {
    String script = text(documents("trainjob.yaml"), "TrainJob", "spec", "trainer", "command", 2);
    List<String> commands = matches("(?<=exec muster ).*", script);

    assertThat(commands).hasSize(1);
    DocumentedCommandsTest.parse(commands.get(0));
    Set<String> variables =
        RunCommand.commandLine(NONE, Map.of()).getCommandSpec().options().stream()
            .map(option -> variable("PET_", option.longestName()))
            .collect(Collectors.toSet());
    assertThat(variables).containsAll(matches("PET_[A-Z_]+", read("trainjob.yaml")));
    // The image of Dockerfile.train has the program.
    assertThat(read("Dockerfile.train")).contains("COPY examples/ddp /opt/train\n");
    String program = matches("(?<=/opt/train/)[^ ]+", commands.get(0)).get(0);
    assertThat(EXAMPLES.resolve("ddp").resolve(program)).isRegularFile();
  }

  @Test
  void image_runsServe_withVariablesThatExist() throws IOException {
    String dockerfile = read("Dockerfile");
    Map<String, String> environment = new HashMap<>();
    for (String assignment : matches("(?<=[ ])MUSTER_[A-Z_]+=[^ \n]+", dockerfile)) {
      String[] parts = assignment.split("=", 2);
      environment.put(parts[0], parts[1]);
    }

    ParseResult serve = serve(environment, new ArrayList<>());

    assertThat(environment).hasSize(2);
    assertThat(dockerfile)
        .contains("ENTRYPOINT [\"muster\", \"serve\"]\n")
        .contains("EXPOSE " + StoreServerOptions.PYTORCH_PORT + " " + adminPort(serve) + "\n");
  }

  @Test
  void unit_runsServe_whoseExitCodeAfterSigtermIsNoFailure() throws IOException {
    String unit = read("muster.service");
    List<String> commands = matches("(?<=/bin/muster ).*", unit);

    assertThat(commands).hasSize(1);
    DocumentedCommandsTest.parse(commands.get(0));
    assertThat(unit).contains("Type=notify\n", "SuccessExitStatus=143\n");
  }
}
