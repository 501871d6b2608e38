package io.muster.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.muster.rpc.internal.codec.KryoCodec;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * Fault E7, a collection. The same kinds of faults were looked for in the other exceptions of this
 * package, in interfaces that inherit a method twice, in inner classes, and wherever a size is
 * compared with {@code maxMessageBytes}.
 */
class PutRightTest {
  private static final int MAX_BYTES = 64 << 10;

  interface Named {
    String name();
  }

  interface Cat extends Named {
    String meow();
  }

  interface Dog extends Named {
    String bark();
  }

  interface CatDog extends Cat, Dog, Again {}

  interface Again {
    String name();
  }

  private record Animal(String name) implements CatDog {
    @Override
    public String meow() {
      return "meow of " + name;
    }

    @Override
    public String bark() {
      return "bark of " + name;
    }
  }

  static final class Immutable {
    private final int number;
    private final String text;
    private final transient int length;

    Immutable(int number, String text) {
      if (number < 0) {
        throw new IllegalArgumentException("a negative number");
      }
      this.number = number;
      this.text = text;
      this.length = text.length();
    }
  }

  static final class Swapped {
    final String text;
    final List<Integer> numbers;

    Swapped(List<Integer> numbers, String text) {
      this.text = text;
      this.numbers = List.copyOf(numbers);
    }
  }

  static final class Ambiguous {
    final int width;
    final int height;

    Ambiguous(int w, int h) {
      this.width = w;
      this.height = h;
    }
  }

  static final class Derived {
    final int twice;

    Derived(int number, int factor) {
      this.twice = number * factor;
    }
  }

  @SuppressWarnings("ClassCanBeStatic") // that it is not is what is tested
  final class Inner {
    final int number = 1;
  }

  private static LocalWorld world(Consumer<RpcOptions.Builder> more) {
    return LocalWorld.of(
        2,
        options -> {
          options.maxMessageBytes(MAX_BYTES).function("echo", arguments -> arguments[0]);
          more.accept(options);
        });
  }

  private static void write(Throwable thrown) throws IOException {
    try (ObjectOutputStream out = new ObjectOutputStream(OutputStream.nullOutputStream())) {
      out.writeObject(thrown);
    }
  }

  @Test
  void exceptions_canBeWrittenToOtherProcesses() {
    CountDownLatch mayEnd = new CountDownLatch(1);
    try (LocalWorld world =
        world(
            options -> options.function("hang", arguments -> mayEnd.await(20, TimeUnit.SECONDS)))) {
      Worker worker = world.seen(0, 1);
      Throwable timeout =
          catchThrowableOfType(
              RpcTimeoutException.class,
              () -> worker.withTimeout(Duration.ofMillis(50)).call(Object.class, "hang"));
      Throwable unknown =
          catchThrowableOfType(
              UnknownFunctionException.class, () -> worker.call(Object.class, "none"));
      mayEnd.countDown();
      world.agent(1).close();
      Throwable lost =
          catchThrowableOfType(
              WorkerLostException.class, () -> worker.call(Object.class, "echo", 1));

      for (Throwable thrown : List.of(timeout, unknown, lost)) {
        assertThatCode(() -> write(thrown)).as(thrown.toString()).doesNotThrowAnyException();
      }
    }
  }

  @Test
  void exceptionOfACallInsideOfAnother_reachesTheCaller() {
    try (LocalWorld world =
        world(
            options ->
                options.function(
                    "timesOut",
                    arguments -> {
                      throw new RpcTimeoutException(
                          "made up", "worker", "function", Duration.ofSeconds(1), null);
                    }))) {
      assertThatExceptionOfType(RemoteException.class)
          .isThrownBy(() -> world.seen(0, 1).call(Object.class, "timesOut"))
          .withMessageContaining("io.muster.rpc.RpcTimeoutException: made up");
    }
  }

  @Test
  void services_thatHaveAnInterfaceInCommon_areCalledEachByItsOwn() {
    try (LocalWorld world =
        world(
            options ->
                options
                    .service(Cat.class, new Animal("a cat"))
                    .service(Dog.class, new Animal("a dog")))) {
      Worker worker = world.seen(0, 1);

      assertThat(worker.service(Cat.class).name()).isEqualTo("a cat");
      assertThat(worker.service(Dog.class).name()).isEqualTo("a dog");
      assertThat(worker.service(Dog.class).bark()).isEqualTo("bark of a dog");
      assertThatExceptionOfType(RpcException.class)
          .isThrownBy(() -> worker.service(Named.class).name())
          .withMessageContaining("no implementation of it is registered, or more than one");
    }
  }

  @Test
  void service_canBeCalledByAnInterfaceThatItsOwnExtends() {
    try (LocalWorld world =
        world(options -> options.service(CatDog.class, new Animal("both")).objects(Cat.class))) {
      Worker worker = world.seen(0, 1);

      assertThat(worker.service(CatDog.class).name()).isEqualTo("both");
      assertThat(worker.service(Named.class).name()).isEqualTo("both");
      assertThat(worker.service(Again.class).name()).isEqualTo("both");
      try (RemoteRef<Named> shared = world.agent(1).share(new Animal("shared"))) {
        assertThat(shared.service(Named.class).name()).isEqualTo("shared");
      }
    }
  }

  @Test
  void immutableClass_isMadeByItsConstructor() {
    RpcCodec codec = new KryoCodec(List.of(Immutable.class, Swapped.class), MAX_BYTES);
    byte[] bytes = codec.encode(new Immutable(7, "seven"), new NoReferences());
    Immutable read = (Immutable) codec.decode(bytes, 0, bytes.length, new NoReferences());

    assertThat(read.number).isEqualTo(7);
    assertThat(read.text).isEqualTo("seven");
    assertThat(read.length).isEqualTo(5);
    byte[] swapped = codec.encode(new Swapped(List.of(1, 2), "text"), new NoReferences());
    assertThat(codec.decode(swapped, 0, swapped.length, new NoReferences()))
        .usingRecursiveComparison()
        .isEqualTo(new Swapped(List.of(1, 2), "text"));
    bytes[bytes.length - "seven".length() - 2] = (byte) 0x80;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> codec.decode(bytes, 0, bytes.length, new NoReferences()))
        .withMessageContaining("a negative number");
  }

  @Test
  void classThatCannotBeMade_isRefusedWhenItIsRegistered() {
    for (Class<?> type : List.of(Derived.class, Inner.class, new Object() {}.getClass())) {
      assertThatIllegalArgumentException()
          .as(type.getName())
          .isThrownBy(() -> RpcOptions.builder().register(type).build());
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RpcOptions.builder().register(Ambiguous.class).build())
        .withMessageContaining("Ambiguous has neither a constructor without parameters nor")
        .withMessageContaining("javac -parameters");
  }

  @Test
  void unknownFunction_endsWithWhatIsKnown() {
    try (LocalWorld world = world(options -> {})) {
      assertThatExceptionOfType(UnknownFunctionException.class)
          .isThrownBy(() -> world.seen(0, 1).call(int.class, "none"))
          .withMessageEndingWith("is not registered there");
    }
  }

  @Test
  void messagesTooLarge_nameTheOption() {
    RpcCodec careless = new KryoCodec(List.of(), 64 << 20);
    try (LocalWorld world =
        LocalWorld.of(
            List.of(
                options -> options.maxMessageBytes(MAX_BYTES),
                options ->
                    options
                        .maxMessageBytes(64 << 20)
                        .function("large", arguments -> new byte[8 * MAX_BYTES])
                        .function("small", arguments -> 1)))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> world.seen(0, 1).call(Object.class, "small", new byte[8 * MAX_BYTES]))
          .withMessageContaining("maxMessageBytes");
      assertThatExceptionOfType(RpcException.class)
          .isThrownBy(() -> world.seen(0, 1).call(Object.class, "large"))
          .isNotInstanceOf(RpcRejectedException.class)
          .withMessageContaining("the response has more bytes than maxMessageBytes allows here");
      assertThatExceptionOfType(RpcRejectedException.class)
          .isThrownBy(() -> world.seen(1, 0).call(Object.class, "small", new byte[8 * MAX_BYTES]))
          .withMessageContaining("more bytes than maxMessageBytes allows there");
    }
    try (LocalWorld world = world(options -> options.codec(careless))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> world.seen(0, 1).call(Object.class, "echo", new byte[8 * MAX_BYTES]))
          .withMessageContaining("maxMessageBytes allows " + MAX_BYTES);
    }
  }

  @Test
  void largestMessageSize_isAccepted() {
    try (LocalWorld world =
        LocalWorld.of(
            2,
            options ->
                options
                    .maxMessageBytes(Integer.MAX_VALUE)
                    .function("echo", arguments -> arguments[0]))) {
      assertThat(world.seen(0, 1).call(int.class, "echo", 1)).isEqualTo(1);
    }
  }
}
