package io.muster.rpc;

import io.muster.rpc.Caller.Target;
import io.muster.rpc.internal.world.WorkerInfo;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An interface whose methods are called on another worker. */
final class ServiceProxy implements InvocationHandler {
  private static final Object[] NO_ARGUMENTS = {};

  private final RpcAgent agent;
  private final String shown;
  private final Duration timeout;
  private final Map<Method, Target> targets = new HashMap<>();

  private ServiceProxy(
      RpcAgent agent,
      WorkerInfo worker,
      Optional<RemoteRef<?>> object,
      Class<?> type,
      Duration timeout) {
    this.agent = agent;
    this.timeout = timeout;
    this.shown = String.format(Locale.ROOT, "%s on worker %s", type.getName(), worker);
    for (Method method : Functions.methods(type)) {
      String name = String.format(Locale.ROOT, "%s.%s", type.getSimpleName(), method.getName());
      targets.put(
          method, new Target(worker, Functions.name(type, method), name, object, Optional.empty()));
    }
  }

  /**
   * The interface, called on what a worker has registered or on an object there.
   *
   * @throws IllegalArgumentException if it is not an interface
   */
  static <T> T of(
      RpcAgent agent,
      WorkerInfo worker,
      Optional<RemoteRef<?>> object,
      Class<T> type,
      Duration timeout) {
    ServiceProxy handler = new ServiceProxy(agent, worker, object, type, timeout);
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  @Override
  public @Nullable Object invoke(
      Object proxy, Method method, @Nullable Object @Nullable [] arguments) {
    Target target = targets.get(method);
    if (target == null) {
      return ofObject(proxy, method, arguments);
    }
    @Nullable Object[] values = arguments == null ? NO_ARGUMENTS : arguments;
    if (Functions.isAsync(method)) {
      return agent.caller().callAsync(target, values, timeout, Object.class);
    }
    return agent.caller().call(target, values, timeout, method.getReturnType());
  }

  /** The methods that every object has stay here. */
  private Object ofObject(Object proxy, Method method, @Nullable Object @Nullable [] arguments) {
    return switch (method.getName()) {
      case "equals" -> arguments != null && proxy == arguments[0];
      case "hashCode" -> System.identityHashCode(proxy);
      default -> shown;
    };
  }
}
