package io.muster.rpc.internal.engine;

import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/** Checks values against types. */
final class Types {
  private Types() {}

  /** Whether a value can be used as a type. Null does not fit primitives, except {@code void}. */
  static boolean fits(@Nullable Object value, Class<?> type) {
    return value == null
        ? !type.isPrimitive() || type == void.class
        : MethodType.methodType(type).wrap().returnType().isInstance(value);
  }
}
