package io.muster.cli;

import io.muster.launcher.NodeOptions;
import io.muster.launcher.StoreHosting;
import io.muster.launcher.WorldSpec;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The options of {@code muster run} about the nodes of a world and the store in which they meet.
 */
final class RunNodes {
  private static final int STATIC_PORT = 29_500;
  private static final int C10D_PORT = 29_400;
  private static final String LOOPBACK = "127.0.0.1";

  @Option(
      names = "--nnodes",
      paramLabel = "N",
      description = "The number of nodes, each of which runs this command. Default: 1.")
  private String nodes = "1";

  @Option(
      names = "--node-rank",
      paramLabel = "N",
      description = "The rank of this node. Default: 0; with c10d, in the order of joining.")
  private @Nullable Integer nodeRank;

  @Option(
      names = "--standalone",
      description = "Host the store on a free port of loopback. This is the default.")
  private boolean standalone;

  @Option(
      names = "--master-addr",
      paramLabel = "ADDR",
      description = "The address of node 0, which hosts the store. Default: ${DEFAULT-VALUE}.")
  private String masterAddress = LOOPBACK;

  @Option(
      names = "--master-port",
      paramLabel = "N",
      description = "The port of the store. Default: any free port; of several nodes, 29500.")
  private @Nullable Integer masterPort;

  @Option(
      names = "--rdzv-backend",
      paramLabel = "static|c10d",
      description = {
        "static: node 0 hosts the store at --master-addr and --master-port.",
        "c10d: the node that has the address of --rdzv-endpoint hosts the store; if none has, a store"
            + " has to be there.",
        "Default: static."
      })
  private String backend = "static";

  @Option(
      names = "--rdzv-endpoint",
      paramLabel = "HOST[:PORT]",
      description = "Where the store is. Default with c10d: localhost:29400.")
  private @Nullable String endpoint;

  @Option(
      names = "--rdzv-id",
      paramLabel = "ID",
      description =
          "The name of the run, the same on all nodes. Default: none; random if standalone.")
  private @Nullable String runId;

  @Option(
      names = "--rdzv-conf",
      paramLabel = "KEY=VALUE,...",
      description = {
        "join_timeout (600 s), keep_alive_interval (5 s), keep_alive_max_attempt (3), is_host.",
        "Other keys of torchrun that need no action are accepted."
      })
  private String configuration = "";

  @Option(
      names = "--host-store",
      description = "Host the store on this node; takes precedence over the other options.")
  private boolean hostsStore;

  @Option(
      names = "--local-addr",
      paramLabel = "ADDR",
      description = "The name of this node in messages. Default: the name of the host.")
  private @Nullable String localAddress;

  /** Sets where the store is, and the nodes. */
  void apply(WorldSpec.Builder spec) {
    int count = count();
    RendezvousConf conf = RendezvousConf.parse(configuration);
    NodeOptions.Builder options = NodeOptions.builder().count(count);
    conf.apply(options);
    if (localAddress != null) {
      options.host(localAddress);
    }
    if (standalone) {
      applyStandalone(spec, count);
    } else if (backend.equals("c10d")) {
      applyC10d(spec, options, count, conf);
    } else if (backend.equals("static")) {
      applyStatic(spec, options, count, conf);
    } else {
      throw new IllegalArgumentException(
          "--rdzv-backend " + backend + " is not supported; expected static or c10d");
    }
    if (hostsStore && !conf.isHost().orElse(true)) {
      throw new IllegalArgumentException("--host-store excludes --rdzv-conf is_host=false");
    }
    if (hostsStore || conf.isHost().isPresent()) {
      boolean hosts = hostsStore || conf.isHost().get();
      options.hosting(hosts ? StoreHosting.ALWAYS : StoreHosting.NEVER);
    }
    spec.nodes(options.build()).runId(runId != null ? runId : defaultRunId(count));
  }

  /** A run that no other node can join has a name that no other run has, as in torchrun. */
  private String defaultRunId(int count) {
    boolean alone =
        count == 1 && masterPort == null && endpoint == null && backend.equals("static");
    return standalone || alone ? UUID.randomUUID().toString() : "none";
  }

  private void applyStandalone(WorldSpec.Builder spec, int count) {
    if (masterPort != null) {
      throw new IllegalArgumentException("--standalone excludes --master-port");
    }
    if (count > 1) {
      throw new IllegalArgumentException("--standalone excludes --nnodes " + nodes);
    }
    spec.master(LOOPBACK, 0);
  }

  private void applyStatic(
      WorldSpec.Builder spec, NodeOptions.Builder options, int count, RendezvousConf conf) {
    if (endpoint != null) {
      Endpoint at = parseEndpoint(endpoint, STATIC_PORT);
      spec.master(at.host(), at.port());
    } else {
      int free = count > 1 ? STATIC_PORT : 0;
      spec.master(masterAddress, masterPort == null ? free : masterPort);
    }
    options.rank(rank(conf).orElse(0));
  }

  private void applyC10d(
      WorldSpec.Builder spec, NodeOptions.Builder options, int count, RendezvousConf conf) {
    if (endpoint == null && count > 1) {
      throw new IllegalArgumentException(
          "--rdzv-backend c10d of several nodes needs --rdzv-endpoint");
    }
    Endpoint at = parseEndpoint(endpoint == null ? "localhost" : endpoint, C10D_PORT);
    spec.master(at.host(), at.port());
    options.hosting(StoreHosting.OWN_ADDRESS);
    rank(conf).ifPresent(options::rank);
  }

  private Optional<Integer> rank(RendezvousConf conf) {
    return conf.rank().or(() -> Optional.ofNullable(nodeRank));
  }

  private static Endpoint parseEndpoint(String text, int defaultPort) {
    try {
      return Endpoint.parseHosted(text.strip(), defaultPort);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--rdzv-endpoint: " + e.getMessage(), e);
    }
  }

  private int count() {
    List<String> bounds = List.of(nodes.split(":", -1));
    int min = number("--nnodes", bounds.get(0));
    int max = number("--nnodes", bounds.get(bounds.size() - 1));
    if (bounds.size() > 2 || min != max) {
      throw new IllegalArgumentException(
          "--nnodes "
              + nodes
              + " is not supported: a world cannot grow or shrink yet; expected a fixed number of"
              + " nodes, such as --nnodes "
              + max);
    }
    return min;
  }

  /**
   * Parses the value of an option.
   *
   * @throws IllegalArgumentException if it is not a number of at most six digits
   */
  static int number(String option, String text) {
    if (!text.matches("[0-9]{1,6}")) {
      throw new IllegalArgumentException(option + " must be a number but was '" + text + "'");
    }
    return Integer.parseInt(text);
  }
}
