package io.muster.store;

import static io.muster.store.StoreFixture.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Fault B6. An argument that is null is refused by name, in each method of each store, and changes
 * nothing. Lists that contain null, and the options of a TCP store, were of the same shape.
 */
public interface NullContract extends StoreFixture {
  /** What the parameters that can be null are called, in their order. */
  Map<String, List<String>> NAMES =
      Map.ofEntries(
          Map.entry("set", List.of("key", "value")),
          Map.entry("get", List.of("key")),
          Map.entry("getString", List.of("key")),
          Map.entry("add", List.of("key")),
          Map.entry("compareSet", List.of("key", "expected", "desired")),
          Map.entry("compareAndSwap", List.of("key", "expected", "desired")),
          Map.entry("check", List.of("keys")),
          Map.entry("await", List.of("timeout", "keys")),
          Map.entry("deleteKey", List.of("key")),
          Map.entry("append", List.of("key", "value")),
          Map.entry("multiGet", List.of("keys")),
          Map.entry("multiSet", List.of("keys", "values")),
          Map.entry("queuePush", List.of("key", "item")),
          Map.entry("queuePop", List.of("key")),
          Map.entry("queueLen", List.of("key")),
          Map.entry("barrier", List.of("key", "timeout")),
          Map.entry("setTimeout", List.of("timeout")));

  @Test
  default void nullArguments_areRefusedByName() {
    Store store = store();
    store.setTimeout(Duration.ofSeconds(1));
    long keys = store.numKeys();
    int tried = 0;
    for (Method method : Store.class.getMethods()) {
      Class<?>[] types = method.getParameterTypes();
      boolean ofQueues = method.getName().startsWith("queue");
      if (method.getDeclaringClass() != Store.class
          || java.lang.reflect.Modifier.isStatic(method.getModifiers())
          || (ofQueues && !hasQueues())) {
        continue;
      }
      List<String> names = NAMES.getOrDefault(method.getName(), List.of());
      int named = names.size() - (int) Arrays.stream(types).filter(t -> !t.isPrimitive()).count();
      for (int i = 0; i < types.length; i++) {
        if (types[i].isPrimitive()) {
          continue;
        }
        Object[] arguments = Arrays.stream(types).map(NullContract::argument).toArray();
        arguments[i] = null;
        // Overloads lack the first names or the last.
        String name =
            method.getName().equals("await") ? names.get(named) : names.get(named(types, i));
        named++;
        assertThatNullPointerException()
            .as("%s with argument %s null", method, i)
            .isThrownBy(() -> call(store, method, arguments))
            .withMessage(name);
        tried++;
      }
    }
    assertThat(tried).isGreaterThan(hasQueues() ? 35 : 30);
    assertThat(store.numKeys()).isEqualTo(keys);
  }

  @Test
  default void listsWithNull_areRefusedByName() {
    Store store = store();
    long keys = store.numKeys();
    List<String> keysWithNull = Arrays.asList("a", null);
    String[] arrayWithNull = keysWithNull.toArray(String[]::new);
    List<byte[]> valuesWithNull = Arrays.asList(bytes("v"), null);

    refuses("keys[1]", () -> store.check(keysWithNull));
    refuses("keys[1]", () -> store.check(arrayWithNull));
    refuses("keys[1]", () -> store.await(keysWithNull));
    refuses("keys[1]", () -> store.await(Duration.ZERO, arrayWithNull));
    refuses("keys[1]", () -> store.multiGet(keysWithNull));
    refuses("keys[1]", () -> store.multiSet(keysWithNull, List.of(bytes("v"), bytes("w"))));
    refuses("values[1]", () -> store.multiSet(List.of("a", "b"), valuesWithNull));

    assertThat(store.numKeys()).isEqualTo(keys);
  }

  private static void refuses(String name, Runnable call) {
    assertThatNullPointerException().isThrownBy(call::run).withMessage(name);
  }

  /** The place among the parameters that can be null. */
  private static int named(Class<?>[] types, int index) {
    return (int) Arrays.stream(types, 0, index).filter(type -> !type.isPrimitive()).count();
  }

  private static Object argument(Class<?> type) {
    if (type == String.class) {
      return "1";
    }
    if (type == byte[].class) {
      return bytes("1");
    }
    if (type == String[].class) {
      return new String[] {"1"};
    }
    if (type == List.class) {
      return List.of("1");
    }
    if (type == Duration.class) {
      return Duration.ZERO;
    }
    if (type == boolean.class) {
      return false;
    }
    return type == long.class ? (Object) 1L : (Object) 1;
  }

  private static void call(Store store, Method method, Object[] arguments) throws Throwable {
    try {
      Object unused = method.invoke(store, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
