package io.muster.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers with different versions of a service interface and of its parameter classes. */
class SkewTest {
  @TempDir private Path directory;
  private Version older;
  private Version newer;
  private LocalWorld world;

  /** One version of the classes of a program. */
  private record Version(URLClassLoader loader) {
    static Version of(Path directory, String... sources) throws IOException {
      Path classes = Files.createDirectories(directory);
      for (String source : sources) {
        String name = source.replaceAll("(?s).*public (?:interface|record) (\\w+).*", "$1");
        Path file = Files.writeString(classes.resolve(name + ".java"), "package shop; " + source);
        int failed =
            ToolProvider.getSystemJavaCompiler()
                .run(
                    null,
                    null,
                    null,
                    "-d",
                    classes.toString(),
                    "-cp",
                    classes.toString(),
                    file.toString());
        assertThat(failed).isZero();
      }
      return new Version(new URLClassLoader(new URL[] {classes.toUri().toURL()}));
    }

    Class<?> type(String name) {
      try {
        return loader.loadClass("shop." + name);
      } catch (ClassNotFoundException e) {
        throw new AssertionError(e);
      }
    }

    /** Registers a shop whose methods return their arguments as text. */
    void serve(RpcOptions.Builder options) {
      serve(options, type("Shop"));
    }

    private <T> void serve(RpcOptions.Builder options, Class<T> type) {
      InvocationHandler echo = (proxy, method, arguments) -> Arrays.toString(arguments);
      options
          .register(type("Item"))
          .service(type, type.cast(Proxy.newProxyInstance(loader, new Class<?>[] {type}, echo)));
    }

    Object item(Object... values) throws ReflectiveOperationException {
      return type("Item").getDeclaredConstructors()[0].newInstance(values);
    }

    /** Calls the shop of a worker. */
    Object call(Worker worker, String method, Object... arguments) {
      Object shop = worker.service(type("Shop"));
      try {
        return Arrays.stream(type("Shop").getMethods())
            .filter(candidate -> candidate.getName().equals(method))
            .findFirst()
            .orElseThrow()
            .invoke(shop, arguments);
      } catch (InvocationTargetException e) {
        if (e.getCause() instanceof RuntimeException thrown) {
          throw thrown;
        }
        throw new AssertionError(e);
      } catch (IllegalAccessException e) {
        throw new AssertionError(e);
      }
    }
  }

  @BeforeEach
  void start() throws IOException {
    older =
        Version.of(
            directory.resolve("older"),
            "public record Item(String name) {}",
            "public interface Shop { String open(int hour); String order(int count);"
                + " String sell(Item item); }");
    newer =
        Version.of(
            directory.resolve("newer"),
            "public record Item(String name, int price) {}",
            "public interface Shop { String open(int hour); String order(int count, String name);"
                + " String sell(Item item); String close(); }");
    world = LocalWorld.of(List.of(older::serve, newer::serve));
  }

  @AfterEach
  void end() throws IOException {
    world.close();
    for (Version version : List.of(older, newer)) {
      Objects.requireNonNull(version).loader.close();
    }
  }

  @Test
  void method_thatIsTheSame_works() {
    assertThat(older.call(world.seen(0, 1), "open", 8)).isEqualTo("[8]");
    assertThat(newer.call(world.seen(1, 0), "open", 9)).isEqualTo("[9]");
  }

  @Test
  void method_withOtherParameters_isUnknownAndTheErrorSaysWhatIsThere() {
    assertThatExceptionOfType(UnknownFunctionException.class)
        .isThrownBy(() -> older.call(world.seen(0, 1), "order", 1))
        .withMessageContaining("Shop.order on worker 'worker1'")
        .withMessageContaining("it has shop.Shop.order(int,java.lang.String)java.lang.String");
    assertThatExceptionOfType(UnknownFunctionException.class)
        .isThrownBy(() -> newer.call(world.seen(1, 0), "order", 1, "x"))
        .withMessageContaining("it has shop.Shop.order(int)java.lang.String");
  }

  @Test
  void method_thatIsNotThereYet_isUnknown() {
    assertThatExceptionOfType(UnknownFunctionException.class)
        .isThrownBy(() -> newer.call(world.seen(1, 0), "close"))
        .withMessageContaining("Shop.close on worker 'worker0'")
        .withMessageContaining("is not registered there");
  }

  @Test
  void record_ofOtherComponents_isRefusedAndNotMisread() throws ReflectiveOperationException {
    Object item = older.item("pen");

    assertThatExceptionOfType(RpcException.class)
        .isThrownBy(() -> older.call(world.seen(0, 1), "sell", item))
        .withMessageContaining("of a class that is not registered here, or has other fields here");
    assertThat(older.call(world.seen(0, 0), "sell", item)).isEqualTo("[Item[name=pen]]");
  }
}
