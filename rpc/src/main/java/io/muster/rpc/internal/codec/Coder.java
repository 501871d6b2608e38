package io.muster.rpc.internal.codec;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.Registration;
import com.esotericsoftware.kryo.kryo5.Serializer;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import com.esotericsoftware.kryo.kryo5.serializers.DefaultSerializers;
import com.esotericsoftware.kryo.kryo5.serializers.EnumNameSerializer;
import com.esotericsoftware.kryo.kryo5.serializers.FieldSerializer;
import com.esotericsoftware.kryo.kryo5.serializers.TimeSerializers;
import com.esotericsoftware.kryo.kryo5.util.DefaultClassResolver;
import io.muster.rpc.RemoteRef;
import io.muster.rpc.RpcCodec.References;
import java.lang.reflect.Constructor;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A Kryo instance with its buffers. Not thread-safe. */
final class Coder extends Kryo {
  private static final int MAX_DEPTH = 100;
  private static final byte[] NO_BYTES = {};

  private final TextOutput output;
  private final BoundedInput input = new BoundedInput();
  private @Nullable References references;

  /** Makes a coder for the standard classes and the registered ones, each with its number. */
  Coder(Map<Class<?>, Integer> registered, int maxBytes) {
    super(new RegisteredClasses(), null);
    output = new TextOutput(maxBytes);
    setRegistrationRequired(true);
    setReferences(false);
    setMaxDepth(MAX_DEPTH);
    setOptimizedGenerics(false);
    // Kryo itself uses the numbers 0 to 9 for primitives, their wrappers and strings.
    int number = 10;
    for (Class<?> array : arraysOfPrimitives()) {
      register(array, number++);
    }
    register(String[].class, new Containers.OfArray(String.class), number++);
    register(Object[].class, new Containers.OfArray(Object.class), number++);
    register(ArrayList.class, Containers.list(), number++);
    register(LinkedHashSet.class, Containers.set(), number++);
    register(LinkedHashMap.class, new Containers.OfMap(), number++);
    register(Duration.class, new TimeSerializers.DurationSerializer(), number++);
    register(Instant.class, new TimeSerializers.InstantSerializer(), number++);
    register(UUID.class, new DefaultSerializers.UUIDSerializer(), number++);
    register(BigInteger.class, new DefaultSerializers.BigIntegerSerializer(), number++);
    register(BigDecimal.class, new DefaultSerializers.BigDecimalSerializer(), number++);
    register(RemoteRef.class, new ReferenceSerializer(), number);
    registered.forEach((type, id) -> register(type, serializer(type), id));
  }

  private static List<Class<?>> arraysOfPrimitives() {
    return List.of(
        byte[].class,
        int[].class,
        long[].class,
        float[].class,
        double[].class,
        short[].class,
        char[].class,
        boolean[].class);
  }

  private Serializer<?> serializer(Class<?> type) {
    Class<?> elements = type.getComponentType();
    if (elements != null) {
      return new Containers.OfArray(elements);
    } else if (type.isEnum()) {
      return new EnumNameSerializer(type.asSubclass(Enum.class));
    } else if (type.isRecord()) {
      return RecordShape.ofRecord(type);
    }
    try {
      Constructor<?> unused = type.getDeclaredConstructor();
    } catch (NoSuchMethodException e) {
      return RecordShape.ofImmutable(type);
    }
    return new FieldSerializer<>(this, type);
  }

  @Override
  public Registration getRegistration(@SuppressWarnings("rawtypes") Class type) {
    Registration exact = getClassResolver().getRegistration(type);
    if (exact != null) {
      return exact;
    }
    Registration other = getClassResolver().getRegistration(registeredType(type));
    if (other == null) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "the class %s is not registered", ((Class<?>) type).getName()));
    }
    return other;
  }

  /** The registered class that represents a class which is not registered itself. */
  private static Class<?> registeredType(Class<?> type) {
    if (List.class.isAssignableFrom(type)) {
      return ArrayList.class;
    } else if (Set.class.isAssignableFrom(type)) {
      return LinkedHashSet.class;
    } else if (Map.class.isAssignableFrom(type)) {
      return LinkedHashMap.class;
    } else if (RemoteRef.class.isAssignableFrom(type)) {
      return RemoteRef.class;
    } else if (Enum.class.isAssignableFrom(type) && type.getSuperclass().isEnum()) {
      // An enum constant with a class body.
      return type.getSuperclass();
    }
    return type;
  }

  /** Finds registered classes by their numbers, and no others by their names. */
  private static final class RegisteredClasses extends DefaultClassResolver {
    /** Kryo adds this to the number of a class, because smaller numbers have other meanings. */
    private static final int OFFSET = 2;

    @Override
    public @Nullable Registration readClass(Input input) {
      int id = input.readVarInt(true);
      if (id == Kryo.NULL) {
        return null;
      }
      Registration registration = getRegistration(id - OFFSET);
      if (registration == null) {
        throw new IllegalArgumentException(
            "of a class that is not registered here, or has other fields here");
      }
      return registration;
    }
  }

  byte[] encode(@Nullable Object value, References writer) {
    references = writer;
    writeClassAndObject(output, value);
    references = null;
    return output.take();
  }

  @Nullable Object decode(byte[] bytes, int offset, int length, References reader) {
    references = reader;
    input.begin(bytes, offset, length);
    Object value = readClassAndObject(input);
    if (input.position() != input.limit()) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%d bytes after a value", input.limit() - input.position()));
    }
    references = null;
    // Do not keep the message, which may be large.
    input.setBuffer(NO_BYTES);
    return value;
  }

  private References references() {
    References current = references;
    if (current == null) {
      throw new IllegalStateException("a reference outside of a message");
    }
    return current;
  }

  private static final class ReferenceSerializer extends Serializer<RemoteRef<?>> {
    @Override
    public void write(Kryo kryo, Output output, RemoteRef<?> reference) {
      output.writeBytes(((Coder) kryo).references().write(reference));
    }

    @Override
    public RemoteRef<?> read(Kryo kryo, Input input, Class<? extends RemoteRef<?>> type) {
      return ((Coder) kryo).references().read(input.readBytes(References.BYTES));
    }
  }
}
