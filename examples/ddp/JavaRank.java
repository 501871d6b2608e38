import io.muster.collectives.Distributed;
import io.muster.collectives.ProcessGroup;
import io.muster.collectives.ProcessGroupOptions;
import io.muster.collectives.ReduceOp;
import io.muster.collectives.Tensor;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/** A rank of the world of {@code train.py}, without PyTorch: the same model, loss and steps. */
public final class JavaRank {
  private static final int STEPS = 50;
  private static final int SAMPLES = 256;
  private static final float LEARNING_RATE = 0.5f;

  public static void main(String[] args) {
    ProcessGroupOptions options = ProcessGroupOptions.builder().initMethod("env://").build();
    try (ProcessGroup world = Distributed.initProcessGroup(options)) {
      train(world);
    }
  }

  private static void train(ProcessGroup world) {
    int rank = world.rank();
    int features = world.size();
    Random random = new Random(rank);

    // torch.nn.Linear: the weights, of shape [1, features], and then the bias, of shape [1].
    float[] parameters = new float[features + 1];
    int bias = features;
    int[] lengths = {features, 1};
    long[] shapesAndStrides = {1, features, features, 1, 1, 1};
    DataParallel model = new DataParallel(world, parameters, lengths, shapesAndStrides);

    float[] x = new float[SAMPLES];
    IntStream.range(0, SAMPLES).forEach(i -> x[i] = (float) random.nextGaussian());
    float firstLoss = 0;
    float[] meanLoss = new float[1];
    for (int step = 1; step <= STEPS; step++) {
      float[] gradients = new float[parameters.length];
      meanLoss[0] = 0;
      for (float sample : x) {
        float error = parameters[rank] * sample + parameters[bias] - (rank + 1) * sample - 0.5f;
        meanLoss[0] += error * error / SAMPLES;
        gradients[rank] += 2 * error * sample / SAMPLES;
        gradients[bias] += 2 * error / SAMPLES;
      }
      model.averageGradients(gradients);
      for (int i = 0; i < parameters.length; i++) {
        parameters[i] -= LEARNING_RATE * gradients[i];
      }
      world.allReduce(Tensor.of(meanLoss), ReduceOp.AVG);
      firstLoss = step == 1 ? meanLoss[0] : firstLoss;
    }

    float[] allRanks = new float[parameters.length * world.size()];
    world.allGather(Tensor.of(allRanks), Tensor.of(parameters));
    world.barrier();
    for (int i = 0; i < allRanks.length; i++) {
      check(
          allRanks[i] == parameters[i % parameters.length],
          "the ranks hold different parameters: " + Arrays.toString(allRanks));
    }
    check(meanLoss[0] < firstLoss / 1000, "the loss has not fallen enough: " + meanLoss[0]);
    StringBuilder line = new StringBuilder("Java, parameters equal on " + features + " ranks:");
    for (float parameter : parameters) {
      line.append(" %.3f".formatted(parameter));
    }
    System.out.println(line);
  }

  private static void check(boolean condition, String failure) {
    if (!condition) {
      throw new IllegalStateException(failure);
    }
  }

  /**
   * What PyTorch's DistributedDataParallel exchanges with other ranks, for parameters that are
   * float32 on the CPU, contiguous, and at most 1 MiB, and all have gradients in each step.
   */
  private static final class DataParallel {
    private final ProcessGroup world;
    private final int[] lengths;
    private int[] order;
    private int steps;

    /** Replaces the parameters by those of rank 0. */
    DataParallel(ProcessGroup world, float[] parameters, int[] lengths, long[] shapesAndStrides) {
      this.world = world;
      this.lengths = lengths;
      this.order = IntStream.range(0, lengths.length).toArray();

      long[] counts = new long[world.size()];
      world.allGather(Tensor.of(counts), Tensor.of(new long[] {lengths.length}));
      check(
          Arrays.stream(counts).allMatch(count -> count == lengths.length),
          "the ranks have different numbers of parameters: " + Arrays.toString(counts));
      long[] ofRankZero = shapesAndStrides.clone();
      world.broadcast(Tensor.of(ofRankZero), 0);
      check(Arrays.equals(shapesAndStrides, ofRankZero), "rank 0 has parameters of other shapes");
      world.broadcast(Tensor.of(parameters), 0);
    }

    /** Replaces the gradients by the mean of all ranks' gradients. Blocks until all ranks call. */
    void averageGradients(float[] gradients) {
      if (++steps == 2) {
        receiveOrder();
      }
      // One bucket for all gradients, which are scaled before they are added.
      float[] bucket = new float[gradients.length];
      for (int i = 0, at = 0; i < order.length; at += lengths[order[i++]]) {
        System.arraycopy(gradients, offset(order[i]), bucket, at, lengths[order[i]]);
      }
      for (int i = 0; i < bucket.length; i++) {
        bucket[i] *= 1f / world.size();
      }
      world.allReduce(Tensor.of(bucket), ReduceOp.SUM);
      for (int i = 0, at = 0; i < order.length; at += lengths[order[i++]]) {
        System.arraycopy(bucket, at, gradients, offset(order[i]), lengths[order[i]]);
      }
    }

    private int offset(int parameter) {
      return Arrays.stream(lengths, 0, parameter).sum();
    }

    /** From the second step on, the bucket is in the order in which rank 0 computes gradients. */
    private void receiveOrder() {
      int[] orderAndBuckets = Arrays.copyOf(order, order.length + 1);
      orderAndBuckets[order.length] = 1;
      world.broadcast(Tensor.of(orderAndBuckets), 0);
      check(orderAndBuckets[order.length] == 1, "rank 0 has several buckets");
      world.broadcast(Tensor.of(new int[] {order.length}), 0);
      order = Arrays.copyOf(orderAndBuckets, order.length);
    }
  }
}
