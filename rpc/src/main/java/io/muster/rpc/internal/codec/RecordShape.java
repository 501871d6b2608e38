package io.muster.rpc.internal.codec;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.Serializer;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Serializes a record by its components, or an immutable class by its fields. Instances are made by
 * the constructor of the class, which may reject the values.
 */
final class RecordShape extends Serializer<Object> {
  private final Constructor<?> constructor;
  private final List<Part> parts;

  /** A parameter of the constructor. */
  private record Part(Class<?> type, Getter getter) {}

  private interface Getter {
    @Nullable Object get(Object value) throws ReflectiveOperationException;
  }

  private RecordShape(Constructor<?> constructor, List<Part> parts) {
    super(false, true);
    this.constructor = constructor;
    this.parts = parts;
    constructor.setAccessible(true);
  }

  static RecordShape ofRecord(Class<?> type) {
    RecordComponent[] components = type.getRecordComponents();
    try {
      return new RecordShape(
          type.getDeclaredConstructor(
              Arrays.stream(components).map(RecordComponent::getType).toArray(Class[]::new)),
          Arrays.stream(components).map(RecordShape::part).toList());
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException("a record without its constructor: " + type, e);
    }
  }

  private static Part part(RecordComponent component) {
    Method accessor = component.getAccessor();
    accessor.setAccessible(true);
    return new Part(component.getType(), accessor::invoke);
  }

  /**
   * Makes the serializer of a class that has a constructor for all of its fields.
   *
   * @throws IllegalArgumentException if there is no such constructor, or its parameters cannot be
   *     matched with the fields
   */
  static RecordShape ofImmutable(Class<?> type) {
    List<Field> fields =
        Arrays.stream(type.getDeclaredFields())
            .filter(field -> !Modifier.isStatic(field.getModifiers()))
            .filter(field -> !Modifier.isTransient(field.getModifiers()))
            .toList();
    for (Constructor<?> constructor : type.getDeclaredConstructors()) {
      List<Field> taken =
          Arrays.stream(constructor.getParameters())
              .flatMap(parameter -> field(parameter, fields).stream())
              .distinct()
              .toList();
      if (taken.size() == fields.size()
          && constructor.getParameterCount() == fields.size()
          && type.getSuperclass() == Object.class) {
        return new RecordShape(constructor, taken.stream().map(RecordShape::part).toList());
      }
    }
    throw new IllegalArgumentException(
        type.getName()
            + " has neither a constructor without parameters nor one for its fields, whose types"
            + " must differ or whose names must be known (javac -parameters)");
  }

  /** The field of a parameter: the one with its name, or the only one of its type. */
  private static Optional<Field> field(Parameter parameter, List<Field> fields) {
    List<Field> candidates =
        fields.stream()
            .filter(field -> field.getType() == parameter.getType())
            .filter(
                field -> !parameter.isNamePresent() || field.getName().equals(parameter.getName()))
            .toList();
    return candidates.size() == 1 ? Optional.of(candidates.get(0)) : Optional.empty();
  }

  private static Part part(Field field) {
    field.setAccessible(true);
    return new Part(field.getType(), field::get);
  }

  @Override
  public void write(Kryo kryo, Output output, Object value) {
    try {
      for (Part part : parts) {
        writePart(kryo, output, part.type, part.getter.get(value));
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException("a field or component cannot be read: " + e, e);
    }
  }

  @Override
  public Object read(Kryo kryo, Input input, Class<? extends Object> type) {
    @Nullable Object[] values = new Object[parts.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = readPart(kryo, input, parts.get(i).type);
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
