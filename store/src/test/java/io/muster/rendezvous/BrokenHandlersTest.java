package io.muster.rendezvous;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.muster.store.HashStore;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceConfigurationError;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Fault B7. Handlers on the class path that cannot be loaded are in nobody's way. The same shape
 * was looked for elsewhere: nothing else of Muster's loads services.
 */
class BrokenHandlersTest {
  @TempDir Path directory;

  @BeforeEach
  void describeBrokenHandlers() throws IOException {
    Path services = directory.resolve("META-INF/services");
    Files.createDirectories(services);
    Files.write(
        services.resolve(RendezvousHandler.class.getName()),
        List.of(
            "no.such.Handler", BrokenHandlersTest.class.getName(), FailingHandler.class.getName()));
  }

  /** The standard registry of a thread that has the broken handlers on its class path. */
  private RendezvousRegistry standard() throws IOException {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {directory.toUri().toURL()}, before)) {
      thread.setContextClassLoader(loader);
      return RendezvousRegistry.standard();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  @Test
  void standard_skipsThem() throws IOException {
    RendezvousRegistry registry = standard();

    assertThat(registry.handler("tcp")).isInstanceOf(TcpHandler.class);
    assertThat(registry.handler(new ServiceLoadedHandler().scheme()))
        .isInstanceOf(ServiceLoadedHandler.class);
  }

  @Test
  void aSchemeWithoutHandler_saysWhichCouldNotBeLoaded() throws IOException {
    RendezvousRegistry registry = standard();

    assertThatIllegalStateException()
        .isThrownBy(() -> registry.handler("absent"))
        .withMessageStartingWith("No rendezvous handler for absent://; there are handlers for ")
        .withMessageContaining("no.such.Handler")
        .satisfies(
            e ->
                assertThat(e.getSuppressed())
                    .hasSize(3)
                    .hasOnlyElementsOfType(ServiceConfigurationError.class));
  }

  @Test
  void options_withARegistry_loadNoServices() throws IOException {
    int before = FailingHandler.made;
    RendezvousRegistry registry = standard();
    assertThat(FailingHandler.made).isEqualTo(before + 1);

    RendezvousOptions options = RendezvousOptions.builder().registry(registry).build();
    RendezvousOptions.Builder unused = RendezvousOptions.builder();

    assertThat(options.registry()).isSameAs(registry);
    assertThat(FailingHandler.made).isEqualTo(before + 1);
  }

  /** A handler whose constructor fails. */
  public static final class FailingHandler implements RendezvousHandler {
    static int made;

    public FailingHandler() {
      made++;
      throw new IllegalStateException("broken");
    }

    @Override
    public String scheme() {
      return "failing";
    }

    @Override
    public Rendezvous meet(RendezvousRequest request) {
      return new Rendezvous(new HashStore(), 0, 1);
    }
  }
}
