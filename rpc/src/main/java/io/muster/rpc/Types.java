package io.muster.rpc;

import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/** Whether values are of types. */
final class Types {
  private Types() {}

  /** Whether a value may be where the type is asked for; null may not be where a primitive is. */
  static boolean fits(@Nullable Object value, Class<?> type) {
    return value == null
        ? !type.isPrimitive() || type == void.class
        : MethodType.methodType(type).wrap().returnType().isInstance(value);
  }
}
