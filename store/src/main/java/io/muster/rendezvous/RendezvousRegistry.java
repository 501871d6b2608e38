package io.muster.rendezvous;

import io.muster.store.internal.text.PrintableText;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Rendezvous handlers by scheme. Thread-safe. */
public final class RendezvousRegistry {
  private static final Logger LOG = System.getLogger("io.muster.rendezvous");

  /** The search for handlers on the class path ends after this many that cannot be loaded. */
  private static final int MAX_FAILURES = 100;

  private final Map<String, RendezvousHandler> handlers = new ConcurrentHashMap<>();

  /** Why handlers could not be loaded. Their schemes are unknown. */
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();

  private RendezvousRegistry() {}

  /**
   * Creates a registry with the handlers of {@code tcp://}, {@code file://} and {@code env://} and
   * those that {@link ServiceLoader} finds with the context class loader of the calling thread. A
   * handler that cannot be loaded is skipped with a warning. The exception for a scheme without a
   * handler names it.
   *
   * @throws IllegalStateException if two handlers have the same scheme
   */
  public static RendezvousRegistry standard() {
    RendezvousRegistry registry = new RendezvousRegistry();
    List.of(new TcpHandler(), new FileHandler(), new EnvHandler()).forEach(registry::register);
    registry.load(ServiceLoader.load(RendezvousHandler.class).iterator());
    return registry;
  }

  private void load(Iterator<RendezvousHandler> services) {
    while (failures.size() < MAX_FAILURES) {
      RendezvousHandler handler;
      try {
        if (!services.hasNext()) {
          return;
        }
        handler = services.next();
        String unused = handler.scheme();
      } catch (ServiceConfigurationError | LinkageError | RuntimeException e) {
        LOG.log(
            Level.WARNING,
            "loading a rendezvous handler failed, it is skipped: {0}",
            PrintableText.of(e.toString()));
        failures.add(e);
        continue;
      }
      register(handler);
    }
  }

  /**
   * Registers a handler; PyTorch's {@code register_rendezvous_handler}.
   *
   * @return this registry
   * @throws IllegalStateException if its scheme already has a handler
   */
  public RendezvousRegistry register(RendezvousHandler handler) {
    Objects.requireNonNull(handler, "handler");
    RendezvousHandler earlier = handlers.putIfAbsent(handler.scheme(), handler);
    if (earlier != null) {
      throw new IllegalStateException(
          "Rendezvous handler for "
              + handler.scheme()
              + ":// already registered: "
              + earlier.getClass().getName());
    }
    return this;
  }

  /**
   * Returns the handler of a scheme.
   *
   * @throws IllegalStateException if the scheme has no handler
   */
  RendezvousHandler handler(String scheme) {
    RendezvousHandler handler = handlers.get(scheme);
    if (handler == null) {
      IllegalStateException none =
          new IllegalStateException(
              "No rendezvous handler for "
                  + scheme
                  + "://; there are handlers for "
                  + handlers.keySet()
                  + (failures.isEmpty() ? "" : "; some handlers could not be loaded: " + failures));
      failures.forEach(none::addSuppressed);
      throw none;
    }
    return handler;
  }
}
