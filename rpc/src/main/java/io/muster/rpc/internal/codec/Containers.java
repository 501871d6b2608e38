package io.muster.rpc.internal.codec;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.Serializer;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Serializers of containers: a number of elements, which is checked, and the elements. */
final class Containers {
  private Containers() {}

  static Serializer<Collection<Object>> list() {
    return new OfCollection(false);
  }

  static Serializer<Collection<Object>> set() {
    return new OfCollection(true);
  }

  private static final class OfCollection extends Serializer<Collection<Object>> {
    private final boolean isSet;

    OfCollection(boolean isSet) {
      this.isSet = isSet;
    }

    @Override
    public void write(Kryo kryo, Output output, Collection<Object> values) {
      // A copy, because another thread may change a concurrent collection.
      Object[] elements = values.toArray();
      output.writeVarInt(elements.length, true);
      for (Object element : elements) {
        kryo.writeClassAndObject(output, element);
      }
    }

    @Override
    public Collection<Object> read(
        Kryo kryo, Input input, Class<? extends Collection<Object>> type) {
      BoundedInput in = (BoundedInput) input;
      int count = in.readCount(1);
      List<Object> values = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        in.nextElement(1);
        int start = in.position();
        values.add(kryo.readClassAndObject(input));
        if (isSet) {
          in.hashes(start);
        }
      }
      if (!isSet) {
        return values;
      }
      Keys.requireSpread(values);
      return new LinkedHashSet<>(values);
    }
  }

  static final class OfMap extends Serializer<Map<Object, Object>> {
    @Override
    public void write(Kryo kryo, Output output, Map<Object, Object> map) {
      Object[] entries = map.entrySet().toArray();
      output.writeVarInt(entries.length, true);
      for (Object entry : entries) {
        kryo.writeClassAndObject(output, ((Map.Entry<?, ?>) entry).getKey());
        kryo.writeClassAndObject(output, ((Map.Entry<?, ?>) entry).getValue());
      }
    }

    @Override
    public Map<Object, Object> read(
        Kryo kryo, Input input, Class<? extends Map<Object, Object>> type) {
      BoundedInput in = (BoundedInput) input;
      int count = in.readCount(2);
      Object[] keys = new Object[count];
      Object[] values = new Object[count];
      for (int i = 0; i < count; i++) {
        in.nextElement(2);
        int start = in.position();
        keys[i] = kryo.readClassAndObject(input);
        in.hashes(start);
        values[i] = kryo.readClassAndObject(input);
      }
      Keys.requireSpread(Arrays.asList(keys));
      Map<Object, Object> map = new LinkedHashMap<>();
      for (int i = 0; i < count; i++) {
        map.put(keys[i], values[i]);
      }
      return map;
    }
  }

  /** Arrays of objects. Each element is written with its class, which may be a subclass. */
  static final class OfArray extends Serializer<Object[]> {
    private final Class<?> elements;

    OfArray(Class<?> elements) {
      super(true, false);
      this.elements = elements;
    }

    @Override
    public void write(Kryo kryo, Output output, Object[] array) {
      output.writeVarInt(array.length, true);
      for (Object element : array) {
        kryo.writeClassAndObject(output, element);
      }
    }

    @Override
    public Object[] read(Kryo kryo, Input input, Class<? extends Object[]> type) {
      BoundedInput in = (BoundedInput) input;
      Object[] array = (Object[]) Array.newInstance(elements, in.readCount(1));
      for (int i = 0; i < array.length; i++) {
        in.nextElement(1);
        Object element = kryo.readClassAndObject(input);
        if (element != null && !elements.isInstance(element)) {
          throw new IllegalArgumentException(
              String.format(
                  Locale.ROOT,
                  "%s in an array of %s",
                  element.getClass().getName(),
                  elements.getName()));
        }
        array[i] = element;
      }
      return array;
    }
  }
}
