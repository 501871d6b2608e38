package io.muster.collectives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A program's code can be tested with groups of its own, as those that mocking libraries make. */
class FakeGroupTest {
  /** The code under test: overlaps a reduction with a computation, or gives up. */
  private static float step(ProcessGroup group, float[] gradients) {
    Work work = group.async().allReduce(Tensor.of(gradients), ReduceOp.SUM);
    float own = gradients.length;
    work.await(Duration.ofSeconds(5));
    return own * gradients[0] / group.size();
  }

  private static <T> T fake(Class<T> type, InvocationHandler handler) {
    return type.cast(
        Proxy.newProxyInstance(
            FakeGroupTest.class.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private static ProcessGroup fakeOfTwo(AsyncProcessGroup async) {
    return fake(
        ProcessGroup.class,
        (proxy, method, arguments) ->
            switch (method.getName()) {
              case "async" -> async;
              case "size" -> 2;
              default -> throw new UnsupportedOperationException(method.toString());
            });
  }

  /** Adds the same data once more, as if another rank had them too. */
  private static void twice(Tensor tensor) {
    ByteBuffer bytes = ByteBuffer.allocate(tensor.byteSize()).order(ByteOrder.LITTLE_ENDIAN);
    tensor.copyTo(bytes);
    FloatBuffer floats = bytes.asFloatBuffer();
    for (int i = 0; i < floats.limit(); i++) {
      floats.put(i, 2 * floats.get(i));
    }
    tensor.copyFrom(bytes);
  }

  private record FakeWork(CompletableFuture<Void> stage) implements Work {
    @Override
    public void await() {
      stage.join();
    }

    @Override
    public void await(Duration timeout) {
      if (!stage.isDone()) {
        throw new CollectiveTimeoutException("fake", "allReduce", timeout, List.of(1));
      }
    }

    @Override
    public boolean isDone() {
      return stage.isDone();
    }
  }

  private static AsyncProcessGroup fakeAsync(Work result) {
    return fake(
        AsyncProcessGroup.class,
        (proxy, method, arguments) -> {
          twice((Tensor) arguments[0]);
          return result;
        });
  }

  @Test
  void code_runsWithAFakeGroup() {
    Work done = new FakeWork(CompletableFuture.completedFuture(null));

    assertThat(step(fakeOfTwo(fakeAsync(done)), new float[] {3, 4})).isEqualTo(6);
  }

  @Test
  void code_seesTheTimeoutOfAFakeWork() {
    Work never = new FakeWork(new CompletableFuture<>());

    assertThatExceptionOfType(CollectiveTimeoutException.class)
        .isThrownBy(() -> step(fakeOfTwo(fakeAsync(never)), new float[1]))
        .satisfies(e -> assertThat(e.missingRanks()).containsExactly(1))
        .satisfies(e -> assertThat(e.timeout()).isEqualTo(Duration.ofSeconds(5)));
  }
}
