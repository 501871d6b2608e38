package io.muster.rpc.internal.codec;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.Serializer;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A record, component by component; it is made by its own constructor, which may refuse. */
final class RecordShape extends Serializer<Object> {
  private final Constructor<?> constructor;
  private final Method[] accessors;

  RecordShape(Class<?> type) {
    super(false, true);
    RecordComponent[] components = type.getRecordComponents();
    try {
      constructor =
          type.getDeclaredConstructor(
              Arrays.stream(components).map(RecordComponent::getType).toArray(Class[]::new));
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException("a record without its constructor: " + type, e);
    }
    constructor.setAccessible(true);
    accessors = Arrays.stream(components).map(RecordComponent::getAccessor).toArray(Method[]::new);
    for (Method accessor : accessors) {
      accessor.setAccessible(true);
    }
  }

  @Override
  public void write(Kryo kryo, Output output, Object value) {
    try {
      for (Method accessor : accessors) {
        writePart(kryo, output, accessor.getReturnType(), accessor.invoke(value));
      }
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalArgumentException("a record that cannot be read: " + e, e);
    }
  }

  @Override
  public Object read(Kryo kryo, Input input, Class<? extends Object> type) {
    @Nullable Object[] values = new Object[accessors.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = readPart(kryo, input, accessors[i].getReturnType());
    }
    try {
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s refuses its components: %s", type.getName(), e.getCause()),
          e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s cannot be made: %s", type.getName(), e), e);
    }
  }

  @SuppressWarnings("NullAway") // a primitive is not null, and Kryo takes null where it is allowed
  private static void writePart(Kryo kryo, Output output, Class<?> type, @Nullable Object value) {
    if (type == int.class) {
      output.writeInt((int) value);
    } else if (type == long.class) {
      output.writeLong((long) value);
    } else if (type == double.class) {
      output.writeDouble((double) value);
    } else if (type == boolean.class) {
      output.writeBoolean((boolean) value);
    } else if (type == String.class) {
      output.writeString((String) value);
    } else {
      kryo.writeClassAndObject(output, value);
    }
  }

  private static @Nullable Object readPart(Kryo kryo, Input input, Class<?> type) {
    if (type == int.class) {
      return input.readInt();
    } else if (type == long.class) {
      return input.readLong();
    } else if (type == double.class) {
      return input.readDouble();
    } else if (type == boolean.class) {
      return input.readBoolean();
    } else if (type == String.class) {
      return input.readString();
    } else {
      return kryo.readClassAndObject(input);
    }
  }
}
