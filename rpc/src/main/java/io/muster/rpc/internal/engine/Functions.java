package io.muster.rpc.internal.engine;

import io.muster.rpc.RpcFunction;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The registered functions and methods, which are all that other workers can call. Not changed
 * after an agent uses it.
 */
public final class Functions {
  /** The function that returns the object it is called on. No function of a user has this name. */
  static final String FETCH = "(fetch)";

  private final Map<String, Callee> byName = new LinkedHashMap<>();
  private final Map<String, MethodCallee> inherited = new LinkedHashMap<>();

  /** Nothing is registered yet. */
  public Functions() {
    byName.put(
        FETCH,
        (target, arguments) ->
            target.orElseThrow(() -> RefusedException.badArguments("there is no object to fetch")));
  }

  /** A function or method that can be called. */
  interface Callee {
    /**
     * Calls it.
     *
     * @param target the object whose method is called; empty for functions and services
     * @throws RefusedException if the arguments do not fit
     * @throws Throwable what it throws
     */
    @Nullable Object call(Optional<Object> target, @Nullable Object[] arguments) throws Throwable;
  }

  /**
   * The name of a method in messages: all that both sides have to agree on.
   *
   * @param type the interface that the method is called by, which may have inherited it
   */
  static String name(Class<?> type, Method method) {
    return Arrays.stream(method.getParameterTypes())
        .map(Class::getName)
        .collect(
            Collectors.joining(
                ",",
                type.getName() + "." + method.getName() + "(",
                ")" + method.getReturnType().getName()));
  }

  /**
   * The methods of an interface that other workers can call.
   *
   * @throws IllegalArgumentException if the type is not an interface
   */
  static List<Method> methods(Class<?> type) {
    if (!type.isInterface()) {
      throw new IllegalArgumentException(type + " is not an interface");
    }
    return Arrays.stream(type.getMethods())
        .filter(method -> !Modifier.isStatic(method.getModifiers()))
        .toList();
  }

  /**
   * Registers a function.
   *
   * @throws IllegalArgumentException if the name is registered already or has a parenthesis
   */
  public void function(String name, RpcFunction function) {
    if (name.isEmpty() || name.indexOf('(') >= 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "a function needs a name without a parenthesis, not '%s'", name));
    }
    add(
        name,
        (target, arguments) -> {
          if (target.isPresent()) {
            throw RefusedException.badArguments(name + " is a function and not a method");
          }
          return function.call(arguments);
        });
  }

  /**
   * Registers an implementation of an interface.
   *
   * @throws IllegalArgumentException if the interface is registered already
   */
  public void service(Class<?> type, Object implementation) {
    if (!type.isInstance(implementation)) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s does not implement %s", implementation, type.getName()));
    }
    Map<String, Callee> methods = new LinkedHashMap<>();
    for (Method method : methods(type)) {
      // A method that is inherited from two interfaces occurs twice.
      methods.putIfAbsent(
          name(type, method), new MethodCallee(method, Optional.of(implementation)));
    }
    methods.forEach(this::add);
    addInherited(type, Optional.of(implementation));
  }

  /** Allows the methods of an interface on objects that other workers have references to. */
  public void objects(Class<?> type) {
    for (Method method : methods(type)) {
      byName.putIfAbsent(name(type, method), new MethodCallee(method, Optional.empty()));
    }
    addInherited(type, Optional.empty());
  }

  /** Inherited methods can be called by the interface that declares them, too. */
  private void addInherited(Class<?> type, Optional<Object> implementation) {
    for (Method method : methods(type)) {
      Class<?> from = method.getDeclaringClass();
      if (from != type) {
        inherited.merge(
            name(from, method), new MethodCallee(method, implementation), Functions::either);
      }
    }
  }

  /** Decides what a method calls that two registered interfaces have inherited. */
  private static MethodCallee either(MethodCallee one, MethodCallee other) {
    if (one.implementation.isEmpty() || one.implementation.equals(other.implementation)) {
      return other;
    }
    return other.implementation.isEmpty() ? one : one.ofObjectsOnly();
  }

  private void add(String name, Callee callee) {
    Callee there = byName.get(name);
    if (there instanceof MethodCallee method && method.implementation.isEmpty()) {
      byName.put(name, callee);
    } else if (byName.putIfAbsent(name, callee) != null) {
      throw new IllegalArgumentException(name + " is registered twice");
    }
  }

  Optional<Callee> find(String name) {
    Callee own = byName.get(name);
    return Optional.ofNullable(own == null ? inherited.get(name) : own);
  }

  /** The functions whose names begin like this one, as a hint for the caller. */
  List<String> similar(String name) {
    int parenthesis = name.indexOf('(');
    String start = parenthesis < 0 ? name : name.substring(0, parenthesis + 1);
    return byName.keySet().stream().filter(other -> other.startsWith(start)).limit(4).toList();
  }

  private static final class MethodCallee implements Callee {
    private final Method method;
    private final Optional<Object> implementation;
    private final Class<?>[] parameters;

    /** The same method without an implementation, for when it is ambiguous. */
    MethodCallee ofObjectsOnly() {
      return new MethodCallee(method, Optional.empty());
    }

    MethodCallee(Method method, Optional<Object> implementation) {
      this.method = method;
      this.implementation = implementation;
      this.parameters = method.getParameterTypes();
      method.setAccessible(true);
    }

    @Override
    public @Nullable Object call(Optional<Object> target, @Nullable Object[] arguments)
        throws Throwable {
      Object callee =
          target
              .or(() -> implementation)
              .orElseThrow(
                  () ->
                      RefusedException.badArguments(
                          "no implementation of it is registered, or more than one"));
      if (!method.getDeclaringClass().isInstance(callee)) {
        throw RefusedException.badArguments(
            String.format(
                Locale.ROOT, "the object, a %s, has no such method", callee.getClass().getName()));
      }
      requireFit(arguments);
      try {
        return method.invoke(callee, arguments);
      } catch (InvocationTargetException e) {
        throw e.getCause() == null ? e : e.getCause();
      }
    }

    private void requireFit(@Nullable Object[] arguments) throws RefusedException {
      if (arguments.length != parameters.length) {
        throw RefusedException.badArguments(
            String.format(
                Locale.ROOT, "%d arguments instead of %d", arguments.length, parameters.length));
      }
      for (int i = 0; i < parameters.length; i++) {
        if (!Types.fits(arguments[i], parameters[i])) {
          Object argument = arguments[i];
          throw RefusedException.badArguments(
              String.format(
                  Locale.ROOT,
                  "argument %d is %s and not %s",
                  i + 1,
                  argument == null ? "null" : argument.getClass().getName(),
                  parameters[i].getName()));
        }
      }
    }
  }

  /** Whether a method returns a stage, so that its calls do not block. */
  static boolean isAsync(Method method) {
    return CompletionStage.class.isAssignableFrom(method.getReturnType());
  }
}
