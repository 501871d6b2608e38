package io.muster.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Signals to this process that are handled instead of ending it, by {@code sun.misc.Signal}, which
 * is only reached by reflection because the compiler warns of it.
 */
final class RunSignals {
  private static final Set<String> KNOWN =
      Set.of("SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2");

  private RunSignals() {}

  /**
   * Parses the names of signals, which commas separate.
   *
   * @throws IllegalArgumentException if one is not among those that can be handled
   */
  static Set<String> parse(String text) {
    Set<String> names = new LinkedHashSet<>();
    for (String name : List.of(text.split(",", -1))) {
      if (!KNOWN.contains(name.strip())) {
        throw new IllegalArgumentException(
            "--signals-to-handle has '"
                + name.strip()
                + "'; expected names among SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2");
      }
      names.add(name.strip());
    }
    return names;
  }

  /**
   * Handles signals from now on. A signal that this process ignores, as a program in the background
   * ignores SIGINT, stays ignored. SIGQUIT cannot be handled: the JVM prints its threads.
   *
   * @param handler gets the name without SIG, on a thread of the JVM
   */
  static void handle(Set<String> names, Consumer<String> handler) {
    for (String name : names) {
      if (!name.equals("SIGQUIT")) {
        handle(name.substring("SIG".length()), handler);
      }
    }
  }

  private static void handle(String name, Consumer<String> handler) {
    try {
      Class<?> signalType = Class.forName("sun.misc.Signal");
      Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
      Object signal = signalType.getConstructor(String.class).newInstance(name);
      Method handle = signalType.getMethod("handle", signalType, handlerType);
      InvocationHandler calls =
          (proxy, method, args) -> {
            if (method.getName().equals("handle")) {
              handler.accept(name);
              return null;
            }
            return method.invoke(handler, args);
          };
      Object proxy =
          Proxy.newProxyInstance(
              RunSignals.class.getClassLoader(), new Class<?>[] {handlerType}, calls);
      Object before = handle.invoke(null, signal, proxy);
      Object ignore = handlerType.getField("SIG_IGN").get(null);
      if (ignore.equals(before)) {
        handle.invoke(null, signal, before);
      }
    } catch (InvocationTargetException e) {
      throw new IllegalArgumentException(
          "--signals-to-handle: SIG" + name + " cannot be handled: " + e.getCause(), e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this JDK has no sun.misc.Signal", e);
    }
  }
}
