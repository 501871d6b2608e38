package io.muster.rendezvous;

import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;

/** The handlers by scheme. Thread-safe. */
public final class RendezvousRegistry {
  private final Map<String, RendezvousHandler> handlers = new ConcurrentHashMap<>();

  private RendezvousRegistry() {}

  /**
   * A registry of its own, with the handlers of {@code tcp://}, {@code file://} and {@code env://}
   * and those that {@link ServiceLoader} finds from this thread's context class loader.
   *
   * @throws IllegalStateException if two handlers have the same scheme
   */
  public static RendezvousRegistry standard() {
    RendezvousRegistry registry = new RendezvousRegistry();
    List.of(new TcpHandler(), new FileHandler(), new EnvHandler()).forEach(registry::register);
    ServiceLoader.load(RendezvousHandler.class).forEach(registry::register);
    return registry;
  }

  /**
   * Adds a handler; PyTorch's {@code register_rendezvous_handler}.
   *
   * @return this
   * @throws IllegalStateException if its scheme has one already
   */
  public RendezvousRegistry register(RendezvousHandler handler) {
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
   * The handler of a scheme.
   *
   * @throws IllegalStateException if there is none
   */
  RendezvousHandler handler(String scheme) {
    RendezvousHandler handler = handlers.get(scheme);
    if (handler == null) {
      throw new IllegalStateException(
          "No rendezvous handler for " + scheme + "://, only for " + handlers.keySet());
    }
    return handler;
  }
}
