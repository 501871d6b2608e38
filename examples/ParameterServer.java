import io.muster.rpc.Rpc;
import io.muster.rpc.RpcAgent;
import io.muster.rpc.RpcOptions;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/**
 * A parameter server and trainers that fit a line to points, each a process: {@code ParameterServer
 * URL RANK WORLD_SIZE}, where rank 0 is the server. {@code examples/parameter-server} starts all.
 */
public final class ParameterServer {
  private static final int STEPS = 200;
  private static final int POINTS = 500;
  private static final double RATE = 0.5;

  /** What trainers call. */
  interface Parameters {
    /** The parameters as they are. */
    double[] current();

    /** Takes a gradient; complete with the new parameters once all trainers have sent theirs. */
    CompletableFuture<double[]> step(double[] gradient);
  }

  /** Holds the parameters. Nobody waits in here: the last gradient of a step completes it for all. */
  private static final class Server implements Parameters {
    private final int trainers;
    private final double[] parameters = {0, 0};
    private double[] sum = {0, 0};
    private int gradients;
    private CompletableFuture<double[]> next = new CompletableFuture<>();

    Server(int trainers) {
      this.trainers = trainers;
    }

    @Override
    public synchronized double[] current() {
      return parameters.clone();
    }

    @Override
    public synchronized CompletableFuture<double[]> step(double[] gradient) {
      CompletableFuture<double[]> result = next;
      Arrays.setAll(sum, i -> sum[i] + gradient[i]);
      if (++gradients == trainers) {
        Arrays.setAll(parameters, i -> parameters[i] - RATE * sum[i] / trainers);
        sum = new double[parameters.length];
        gradients = 0;
        next = new CompletableFuture<>();
        result.complete(parameters.clone());
      }
      // A copy, which one trainer may cancel without cancelling it for the others.
      return result.copy();
    }
  }

  public static void main(String[] args) {
    int rank = Integer.parseInt(args[1]);
    int worldSize = Integer.parseInt(args[2]);
    RpcOptions.Builder options = RpcOptions.builder().initMethod(args[0]).host("127.0.0.1");
    if (rank == 0) {
      options.service(Parameters.class, new Server(worldSize - 1));
    }
    String name = rank == 0 ? "server" : "trainer" + rank;
    try (RpcAgent agent = Rpc.init(name, rank, worldSize, options.build())) {
      if (rank > 0) {
        double[] fitted = train(agent.worker("server").service(Parameters.class), rank);
        System.out.println("%s: y = %.2f x + %.2f".formatted(name, fitted[0], fitted[1]));
      }
      // The server is here at once, and answers until all trainers are.
      agent.shutdown();
    }
  }

  /** Descends along the gradient over points of y = 3 x + 1, some noise added. */
  private static double[] train(Parameters server, int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] x = random.doubles(POINTS, -1, 1).toArray();
    double[] y = Arrays.stream(x).map(v -> 3 * v + 1 + random.nextDouble(-0.1, 0.1)).toArray();
    double[] parameters = server.current();
    for (int step = 0; step < STEPS; step++) {
      double[] gradient = {0, 0};
      for (int i = 0; i < POINTS; i++) {
        double error = parameters[0] * x[i] + parameters[1] - y[i];
        gradient[0] += error * x[i] / POINTS;
        gradient[1] += error / POINTS;
      }
      parameters = server.step(gradient).join();
    }
    return parameters;
  }
}
