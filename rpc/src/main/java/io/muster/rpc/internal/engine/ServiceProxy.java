package io.muster.rpc.internal.engine;

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

/** Calls the methods of an interface on a worker. */
final class ServiceProxy implements InvocationHandler {
  private static final Object[] NO_ARGUMENTS = {};

  private final Caller caller;
  private final String description;
  private final Duration timeout;
  private final Map<Method, CallTarget> targets = new HashMap<>();

  private ServiceProxy(
      Caller caller,
      WorkerInfo worker,
      Optional<ReferenceHandle<?>> object,
      Class<?> type,
      Duration timeout) {
    this.caller = caller;
    this.timeout = timeout;
    this.description = String.format(Locale.ROOT, "%s on worker %s", type.getName(), worker);
    for (Method method : Functions.methods(type)) {
      String label = String.format(Locale.ROOT, "%s.%s", type.getSimpleName(), method.getName());
      targets.put(
          method,
          new CallTarget(worker, Functions.name(type, method), label, object, Optional.empty()));
    }
  }

  /**
   * Makes a proxy.
   *
   * @param object the object whose methods are called; empty for the registered implementation
   * @throws IllegalArgumentException if the type is not an interface
   */
  static <T> T of(
      Caller caller,
      WorkerInfo worker,
      Optional<ReferenceHandle<?>> object,
      Class<T> type,
      Duration timeout) {
    ServiceProxy handler = new ServiceProxy(caller, worker, object, type, timeout);
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  @Override
  public @Nullable Object invoke(
      Object proxy, Method method, @Nullable Object @Nullable [] arguments) {
    CallTarget target = targets.get(method);
    if (target == null) {
      return ofObject(proxy, method, arguments);
    }
    @Nullable Object[] values = arguments == null ? NO_ARGUMENTS : arguments;
    if (Functions.isAsync(method)) {
      return caller.callAsync(target, values, timeout, Object.class);
    }
    return caller.call(target, values, timeout, method.getReturnType());
  }

  /** The methods of {@link Object} are not sent. */
  private Object ofObject(Object proxy, Method method, @Nullable Object @Nullable [] arguments) {
    return switch (method.getName()) {
      case "equals" -> arguments != null && proxy == arguments[0];
      case "hashCode" -> System.identityHashCode(proxy);
      default -> description;
    };
  }
}
