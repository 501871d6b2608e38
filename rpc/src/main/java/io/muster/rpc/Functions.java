package io.muster.rpc;

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
 * What may be called on this worker: nothing but what was registered. Immutable once it is used.
 */
final class Functions {
  /** The function that returns the object it is called on; no user's function is named like it. */
  static final String FETCH = "(fetch)";

  private final Map<String, Callee> byName = new LinkedHashMap<>();
  private final Map<String, MethodCallee> inherited = new LinkedHashMap<>();

  Functions() {
    byName.put(
        FETCH,
        (target, arguments) ->
            target.orElseThrow(() -> new BadArgumentsException("there is no object to fetch")));
  }

  /** Something that can be called. */
  interface Callee {
    /**
     * Calls it.
     *
     * @param target the object, if it is a method of one that others refer to
     * @throws BadArgumentsException if the arguments are not what it takes
     * @throws Throwable whatever it throws
     */
    @Nullable Object call(Optional<Object> target, @Nullable Object[] arguments) throws Throwable;
  }

  /** Arguments that do not fit; it has not been called. */
  static final class BadArgumentsException extends Exception {
    private static final long serialVersionUID = 1L;

    BadArgumentsException(String message) {
      super(message);
    }
  }

  /**
   * What a method is called on the wire: all that both sides have to agree on.
   *
   * @param type the interface that it is called by, which may have it from another one
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

  /** The methods of an interface that can be called from afar. */
  static List<Method> methods(Class<?> type) {
    if (!type.isInterface()) {
      throw new IllegalArgumentException(type + " is not an interface");
    }
    return Arrays.stream(type.getMethods())
        .filter(method -> !Modifier.isStatic(method.getModifiers()))
        .toList();
  }

  void function(String name, RpcFunction function) {
    if (name.isEmpty() || name.indexOf('(') >= 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "a function needs a name without a parenthesis, not '%s'", name));
    }
    add(
        name,
        (target, arguments) -> {
          if (target.isPresent()) {
            throw new BadArgumentsException(name + " is a function and not a method");
          }
          return function.call(arguments);
        });
  }

  void service(Class<?> type, Object implementation) {
    if (!type.isInstance(implementation)) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s is no %s", implementation, type.getName()));
    }
    Map<String, Callee> methods = new LinkedHashMap<>();
    for (Method method : methods(type)) {
      // An interface has a method twice that it has from two others.
      methods.putIfAbsent(
          name(type, method), new MethodCallee(method, Optional.of(implementation)));
    }
    methods.forEach(this::add);
    addInherited(type, Optional.of(implementation));
  }

  /** Lets the methods of an interface be called on objects that others refer to. */
  void objects(Class<?> type) {
    for (Method method : methods(type)) {
      byName.putIfAbsent(name(type, method), new MethodCallee(method, Optional.empty()));
    }
    addInherited(type, Optional.empty());
  }

  /** The methods that an interface has from others can be called by those, too. */
  private void addInherited(Class<?> type, Optional<Object> implementation) {
    for (Method method : methods(type)) {
      Class<?> from = method.getDeclaringClass();
      if (from != type) {
        inherited.merge(
            name(from, method), new MethodCallee(method, implementation), Functions::either);
      }
    }
  }

  /** What is called by an interface that two services, or objects, have in common. */
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

  /** The functions whose names begin like this one: what the caller may have meant. */
  List<String> similar(String name) {
    int parenthesis = name.indexOf('(');
    String start = parenthesis < 0 ? name : name.substring(0, parenthesis + 1);
    return byName.keySet().stream().filter(other -> other.startsWith(start)).limit(4).toList();
  }

  private static final class MethodCallee implements Callee {
    private final Method method;
    private final Optional<Object> implementation;
    private final Class<?>[] parameters;

    /** The same where it is not known which implementation is meant. */
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
                      new BadArgumentsException(
                          "no implementation of it is registered, or more than one"));
      if (!method.getDeclaringClass().isInstance(callee)) {
        throw new BadArgumentsException(
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

    private void requireFit(@Nullable Object[] arguments) throws BadArgumentsException {
      if (arguments.length != parameters.length) {
        throw new BadArgumentsException(
            String.format(
                Locale.ROOT, "%d arguments instead of %d", arguments.length, parameters.length));
      }
      for (int i = 0; i < parameters.length; i++) {
        if (!Types.fits(arguments[i], parameters[i])) {
          Object argument = arguments[i];
          throw new BadArgumentsException(
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

  /** Whether a method answers later. */
  static boolean isAsync(Method method) {
    return CompletionStage.class.isAssignableFrom(method.getReturnType());
  }
}
